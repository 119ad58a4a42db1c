// PostgreSQL's C library, as the system has it.
#include <libpq-fe.h>
