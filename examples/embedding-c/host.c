/* Hosts .NET in a C program and calls a method in it.
 *
 *     cc -std=c11 -I CLRHOST/include host.c -L CLRHOST/target/release -lmscoree -o host
 *     ./host App.dll Namespace.Type Method "an argument"
 *
 * The method is `static int Method(string argument)`. If App.runtimeconfig.json lies beside App.dll, it says which .NET runs
 * and how; without it the newest installed one does.
 */
#define COBJMACROS
#include <metahost.h>
#include <mscoree.h>

#include <stdio.h>
#include <stdlib.h>

/* The API takes UTF-16. File names and arguments that are not ASCII need a real conversion, such as iconv. */
static WCHAR *wide(const char *text) {
    size_t length = strlen(text);
    WCHAR *units = malloc((length + 1) * sizeof *units);
    if (!units) abort();
    for (size_t i = 0; i <= length; i++) units[i] = (unsigned char)text[i];
    return units;
}

static void check(HRESULT result, const char *what) {
    if (SUCCEEDED(result)) return;
    fprintf(stderr, "host: %s failed: 0x%08X\n", what, (unsigned)result);
    exit(1);
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: host APP.dll TYPE METHOD ARGUMENT\n");
        return 2;
    }
    ICLRMetaHost *meta_host;
    check(CLRCreateInstance(&CLSID_CLRMetaHost, &IID_ICLRMetaHost, (void **)&meta_host), "CLRCreateInstance");

    /* "v4.0.30319" is what hosts of the .NET Framework ask for, and means the newest installed .NET. "v8.0" would be that one. */
    WCHAR *version = wide("v4.0.30319");
    ICLRRuntimeInfo *info;
    check(ICLRMetaHost_GetRuntime(meta_host, version, &IID_ICLRRuntimeInfo, (void **)&info), "GetRuntime");

    ICLRRuntimeHost *runtime;
    check(ICLRRuntimeInfo_GetInterface(info, &CLSID_CLRRuntimeHost, &IID_ICLRRuntimeHost, (void **)&runtime), "GetInterface");

    /* A host that wants to see crossings and to make the threads calls ICLRRuntimeHost_SetHostControl here. */
    check(ICLRRuntimeHost_Start(runtime), "Start");

    WCHAR *assembly = wide(argv[1]), *type = wide(argv[2]), *method = wide(argv[3]), *argument = wide(argv[4]);
    DWORD answer = 0;
    check(ICLRRuntimeHost_ExecuteInDefaultAppDomain(runtime, assembly, type, method, argument, &answer), argv[3]);
    printf("%s gave %d\n", argv[3], (int)answer);

    check(ICLRRuntimeHost_Stop(runtime), "Stop");
    ICLRRuntimeHost_Release(runtime);
    ICLRRuntimeInfo_Release(info);
    ICLRMetaHost_Release(meta_host);
    free(version), free(assembly), free(type), free(method), free(argument);
    return 0;
}
