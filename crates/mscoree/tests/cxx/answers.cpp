// A host whose METHOD answers HRESULT: what does the runtime do, and what do later calls answer?
//
//   answers Everything.dll METHOD HRESULT|every|throw
#include "recording_host.h"

static void Line(const char *what, HRESULT result) { printf("%s=%08X\n", what, static_cast<unsigned>(result)); }

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    Answers answers;
    if (!strcmp(argv[3], "every")) {
        answers.every_code = argv[2];
    } else if (!strcmp(argv[3], "throw")) {
        answers.throws = argv[2];
    } else {
        answers.by_method[argv[2]] = static_cast<HRESULT>(strtoul(argv[3], nullptr, 16));
    }
    auto *host = new RecordingHost(answers);
    ICLRRuntimeHost *runtime = GetRuntimeHost();
    Line("SetHostControl", runtime->SetHostControl(host));
    ICLRControl *control = nullptr;
    Line("GetCLRControl", runtime->GetCLRControl(&control));
    ICLRGCManager *gc = nullptr;
    ICLRPolicyManager *policy = nullptr;
    ICLROnEventManager *events = nullptr;
    ICLRDebugManager *debug = nullptr;
    ICLRErrorReportingManager *errors = nullptr;
    if (control) {
        Line("GetGC", control->GetCLRManager(IID_ICLRGCManager, reinterpret_cast<void **>(&gc)));
        Line("GetPolicy", control->GetCLRManager(IID_ICLRPolicyManager, reinterpret_cast<void **>(&policy)));
        Line("GetEvents", control->GetCLRManager(IID_ICLROnEventManager, reinterpret_cast<void **>(&events)));
        Line("GetDebug", control->GetCLRManager(IID_ICLRDebugManager, reinterpret_cast<void **>(&debug)));
        Line("GetErrors", control->GetCLRManager(IID_ICLRErrorReportingManager, reinterpret_cast<void **>(&errors)));
    }
    Line("Start", runtime->Start());
    DWORD returned = 0xFFFF;
    Line("Execute", runtime->ExecuteInDefaultAppDomain(Wide(argv[1]).c_str(), Wide("Everything").c_str(),
                                                       Wide("Run").c_str(), nullptr, &returned));
    printf("returned=%u\n", static_cast<unsigned>(returned));
    fflush(stdout);

    // After a catastrophic answer each of these is to say HOST_E_CLRNOTAVAILABLE.
    DWORD id = 0;
    Line("after.GetCurrentAppDomainId", runtime->GetCurrentAppDomainId(&id));
    Line("after.Execute", runtime->ExecuteInDefaultAppDomain(Wide(argv[1]).c_str(), Wide("Everything").c_str(),
                                                             Wide("Length").c_str(), Wide("four").c_str(), &returned));
    if (gc) {
        COR_GC_STATS stats{};
        stats.Flags = COR_GC_COUNTS;
        Line("after.Collect", gc->Collect(0));
        Line("after.GetStats", gc->GetStats(&stats));
    }
    if (ICLRTaskManager *tasks = host->task_manager_) {
        ICLRTask *task = nullptr;
        ETaskType type;
        Line("after.GetCurrentTask", tasks->GetCurrentTask(&task));
        Line("after.GetCurrentTaskType", tasks->GetCurrentTaskType(&type));
        Line("after.SetLocale", tasks->SetLocale(0x7F));
        Line("after.SetUILocale", tasks->SetUILocale(0x7F));
        ICLRTask *made = nullptr;
        Line("after.CreateTask", tasks->CreateTask(&made));
    }
    if (RecordingTask::current && RecordingTask::current->task_) {
        ICLRTask *task = RecordingTask::current->task_;
        COR_GC_THREAD_STATS stats{};
        BOOL priority = FALSE;
        SIZE_T locks = 0;
        Line("after.task.GetMemStats", task->GetMemStats(&stats));
        Line("after.task.NeedsPriorityScheduling", task->NeedsPriorityScheduling(&priority));
        Line("after.task.LocksHeld", task->LocksHeld(&locks));
        Line("after.task.SetTaskIdentifier", task->SetTaskIdentifier(7));
        Line("after.task.YieldTask", task->YieldTask());
        Line("after.task.SwitchIn", task->SwitchIn(nullptr));
        Line("after.task.SwitchOut", task->SwitchOut());
        Line("after.task.Reset", task->Reset(TRUE));
        Line("after.task.Abort", task->Abort());
        Line("after.task.RudeAbort", task->RudeAbort());
    }
    for (auto &[method, calls] : g_counts) printf("calls.%s=%u\n", method.c_str(), calls);
    fflush(stdout);
    _exit(0);
}
