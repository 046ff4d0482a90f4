/* Calls a C++ host from C, through the tables that the C side of the headers declares. */
#include <metahost.h>

HRESULT call_all_transitions(IHostTaskManager *manager) {
    BOOL hook = FALSE;
    HRESULT result = IHostTaskManager_CallNeedsHostHook(manager, 9, &hook);
    if (result != S_OK || hook != TRUE) return E_UNEXPECTED;
    if ((result = IHostTaskManager_LeaveRuntime(manager, 10)) != S_OK) return result;
    if ((result = manager->lpVtbl->ReverseEnterRuntime(manager)) != S_OK) return result;
    if ((result = manager->lpVtbl->ReverseLeaveRuntime(manager)) != S_OK) return result;
    if ((result = manager->lpVtbl->EnterRuntime(manager)) != S_OK) return result;
    return manager->lpVtbl->SetLocale(manager, 1033);
}

HRESULT ask_for_task_manager(IHostControl *control, IHostTaskManager **manager) {
    return control->lpVtbl->GetHostManager(control, &IID_IHostTaskManager, (void **)manager);
}
