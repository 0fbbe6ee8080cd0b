// Linked into every program built for AddressSanitizer. The sanitizer also looks for leaks when a process exits normally,
// as Bellpull does after SIGTERM.

// Not in ASAN_OPTIONS, because the tests start programs with other environments.
const char *__asan_default_options(void) { return "log_path=" REPORTS ":external_symbolizer_path=" SYMBOLIZER; }

// Memory allocated below these functions is not reported as a leak. Reads and writes are still checked.
const char *__lsan_default_suppressions(void) {
    return
        // TOMLKit (0.6) frees neither its tables nor the texts it returns: see Document. TOMLKit calls no code of Bellpull.
        "leak:s7TOMLKit\n"
        // The side table of an object with weak references: the object's pointer to the table is shifted by three bits. A
        // leak of the object itself is still found.
        "leak:formWeakReference\n"
        // The storage of a Data of 15 bytes or more: the pointer to the storage has a tag in its highest bits. A leak of
        // the owner of the Data is still found.
        "leak:s20FoundationEssentials4DataV\n";
}

// Without this option, every process would print the number of suppressed leaks.
const char *__lsan_default_options(void) { return "print_suppressions=0"; }
