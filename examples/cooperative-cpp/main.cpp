// A host in C++ as one writes it for the .NET Framework, on modern .NET: 200 threads, two of them in managed code at a time.
//
//   make && ./cooperative LOAD.dll [cpu|io] [TASKS] [SLOTS] [SECONDS] [RUNAWAYS]
//
// LOAD.dll is samples/load, compiled by `cargo xtask fixtures`. examples/cooperative is the same in Rust, with a comparison.
#include "scheduler.h"

#include <metahost.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

namespace {

void Check(HRESULT result, const char *what) {
    if (result == S_OK) return;
    fprintf(stderr, "cooperative: %s answered 0x%08X\n", what, static_cast<unsigned>(result));
    exit(1);
}

// File names and settings here are ASCII. A vector, because std::wstring has 32 bits a unit even under -fshort-wchar.
struct Wide {
    explicit Wide(const std::string &text) : units(text.begin(), text.end()) { units.push_back(0); }
    const WCHAR *c_str() const { return units.data(); }
    std::vector<WCHAR> units;
};

} // namespace

int main(int argc, char **argv) {
    if (argc < 2) {
        fprintf(stderr, "usage: cooperative LOAD.dll [cpu|io] [TASKS] [SLOTS] [SECONDS] [RUNAWAYS]\n");
        return 2;
    }
    auto argument = [&](int position, const char *otherwise) {
        return std::string(argc > position ? argv[position] : otherwise);
    };
    std::string kind = argument(2, "cpu"), tasks = argument(3, "200"), slots = argument(4, "2"),
                seconds = argument(5, "3"), runaways = argument(6, "4");
    if (atoi(slots.c_str()) < 1) {
        fprintf(stderr, "cooperative: without a slot nothing runs\n");
        return 2;
    }
    static Scheduler scheduler(static_cast<unsigned>(atoi(slots.c_str())));

    ICLRMetaHost *metaHost = nullptr;
    Check(CLRCreateInstance(CLSID_CLRMetaHost, IID_ICLRMetaHost, reinterpret_cast<void **>(&metaHost)), "CLRCreateInstance");
    ICLRRuntimeInfo *info = nullptr;
    Check(metaHost->GetRuntime(Wide("v4.0.30319").c_str(), IID_ICLRRuntimeInfo, reinterpret_cast<void **>(&info)),
          "GetRuntime");
    ICLRRuntimeHost *runtime = nullptr;
    Check(info->GetInterface(CLSID_CLRRuntimeHost, IID_ICLRRuntimeHost, reinterpret_cast<void **>(&runtime)),
          "GetInterface");
    auto *control = new HostControl(&scheduler);
    Check(runtime->SetHostControl(control), "SetHostControl");
    Check(runtime->Start(), "Start");

    std::atomic<unsigned> aborts{0};
    std::thread([&aborts] {
        using namespace std::chrono_literals;
        for (;;) {
            std::this_thread::sleep_for(75ms);
            aborts += scheduler.AbortRunaways(500ms);
        }
    }).detach();

    std::string settings = "kind=" + kind + " tasks=" + tasks + " seconds=" + seconds + " runaways=" + runaways;
    DWORD answer = 0;
    Check(runtime->ExecuteInDefaultAppDomain(Wide(argv[1]).c_str(), Wide("Load").c_str(), Wide("Run").c_str(),
                                             Wide(settings).c_str(), &answer),
          "ExecuteInDefaultAppDomain");
    printf("most_at_once=%u violations=%llu crossings=%llu longest_wait=%ldms aborts=%u\n", scheduler.MostAtOnce(),
           static_cast<unsigned long long>(scheduler.Violations()), static_cast<unsigned long long>(scheduler.Crossings()),
           scheduler.LongestWaitMs(), aborts.load());
    fflush(stdout);
    Check(runtime->Stop(), "Stop");
    runtime->Release();
    info->Release();
    metaHost->Release();
    control->Release();
    // The watchdog and the runtime's threads live on; leaving main would take their objects away from under them.
    std::_Exit(scheduler.Violations() == 0 && answer == 0 ? 0 : 1);
}
