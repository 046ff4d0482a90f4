// A second source file of the same program: identifiers may be defined in each, and are one.
#include <metahost.h>

const IID *task_manager_of_another_file() { return &IID_IHostTaskManager; }
