// Gets nothing wrong: what the others are compared with.
#include "host.h"

CHECKED_HOST(Host)
