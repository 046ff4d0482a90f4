// C++ exceptions, pthread_exit and cancellation through chains of thunks: chain[0] leads to `link`, which calls chain[1], and
// so on; the last one leads to something that does not return.

#include <cstdlib>
#include <cstring>
#include <pthread.h>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <unwind.h>

typedef int (*function)(int);

extern "C" {
function throws_chain[100000];
// How many destructors ran, and how many frames caught and threw again.
thread_local int throws_destroyed, throws_again;
int throws_destroyed_now() { int n = throws_destroyed; throws_destroyed = 0; return n; }
int throws_again_now() { int n = throws_again; throws_again = 0; return n; }
int throws_link(int level);
int throws_link_again(int level);
int throws_error(int level);
int throws_foreign(int level);
int throws_exit(int level);
int throws_cancelled(int level);
int throws_return(int level);
int throws_catch(int level);
int throws_on_thread(int cancel);
}

struct Counted {
    ~Counted() { throws_destroyed++; }
};

int throws_link(int level) {
    Counted counted;
    return throws_chain[level + 1](level + 1) + 1;
}

int throws_link_again(int level) {
    Counted counted;
    try {
        return throws_chain[level + 1](level + 1) + 1;
    } catch (...) {
        throws_again++;
        throw;
    }
}

int throws_return(int level) { return level; }

int throws_error(int level) { throw std::runtime_error("at " + std::to_string(level)); }

static void clean_up(_Unwind_Reason_Code, _Unwind_Exception *exception) { free(exception); }

// An exception of another language.
int throws_foreign(int) {
    void *memory = aligned_alloc(16, sizeof(_Unwind_Exception));
    memset(memory, 0, sizeof(_Unwind_Exception));
    auto *exception = static_cast<_Unwind_Exception *>(memory);
    exception->exception_class = 0x6f74686572000000;
    exception->exception_cleanup = clean_up;
    _Unwind_RaiseException(exception);
    abort();
}

int throws_exit(int) { pthread_exit(reinterpret_cast<void *>(77)); }

static pthread_barrier_t about_to_wait;

int throws_cancelled(int) {
    pthread_barrier_wait(&about_to_wait);
    for (;;) pause();
}

// What came out of chain[0]: 1 for the error with the level of the last link, 2 for anything else, 0 for a return.
int throws_catch(int last) {
    try {
        throws_chain[0](0);
        return 0;
    } catch (const std::exception &error) {
        return error.what() == "at " + std::to_string(last) ? 1 : 3;
    } catch (...) {
        return 2;
    }
}

static int destroyed_at_end;
struct Last {
    ~Last() { destroyed_at_end = throws_destroyed; }
};

static void *thread(void *) {
    Last last;
    throws_chain[0](0);
    return nullptr;
}

// Calls chain[0] on a thread that ends inside. How many destructors ran there, or less than 0.
int throws_on_thread(int cancel) {
    pthread_t id;
    void *result;
    pthread_barrier_init(&about_to_wait, nullptr, 2);
    destroyed_at_end = -1;
    if (pthread_create(&id, nullptr, thread, nullptr)) return -2;
    if (cancel) {
        pthread_barrier_wait(&about_to_wait);
        pthread_cancel(id);
    }
    pthread_join(id, &result);
    if (result != (cancel ? PTHREAD_CANCELED : reinterpret_cast<void *>(77))) return -3;
    return destroyed_at_end;
}
