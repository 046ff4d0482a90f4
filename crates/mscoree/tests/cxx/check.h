// Checks that say what they saw: `check INTERFACE::METHOD HRESULT`, one line each. docs/contract.md is tested against these lines.
#pragma once

#include "recording_host.h"

inline int g_failures = 0;

inline void CheckResult(const char *method, HRESULT seen, HRESULT expected, int line) {
    printf("check %s %08X\n", method, static_cast<unsigned>(seen));
    if (seen != expected) {
        printf("FAILED line %d: %s answered %08X, expected %08X\n", line, method, static_cast<unsigned>(seen),
               static_cast<unsigned>(expected));
        g_failures++;
    }
}

inline void CheckTruth(bool truth, const char *what, int line) {
    if (truth) return;
    printf("FAILED line %d: %s\n", line, what);
    g_failures++;
}

#define CHECK(method, call, expected) CheckResult(method, (call), (expected), __LINE__)
#define EXPECT(truth) CheckTruth((truth), #truth, __LINE__)

// The runtime's threads live on, so main does not return.
[[noreturn]] inline void Finish() {
    for (auto &[method, calls] : g_counts) printf("called %s %u\n", method.c_str(), calls);
    printf("%s\n", g_failures == 0 ? "all checks passed" : "some checks failed");
    fflush(stdout);
    _exit(g_failures == 0 ? 0 : 1);
}

template <class Interface>
Interface *Manager(ICLRControl *control, REFIID iid) {
    Interface *manager = nullptr;
    CHECK("ICLRControl::GetCLRManager", control->GetCLRManager(iid, reinterpret_cast<void **>(&manager)), S_OK);
    return manager;
}
