#include <sqlite3.h>

/* A variadic function is not imported into Swift. */
static inline int csqlite_stop_counting_memory(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
