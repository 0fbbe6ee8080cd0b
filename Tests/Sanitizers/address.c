// Linked into everything that is built for AddressSanitizer, which looks for leaks too, at the end of each process that
// ends by itself. (Bellpull does on SIGTERM.)

// Not in ASAN_OPTIONS, as the tests start programs with environments of their own.
const char *__asan_default_options(void) { return "log_path=" REPORTS ":external_symbolizer_path=" SYMBOLIZER; }

// What is allocated below one of these functions is not looked at as a leak; reads and writes are, all the same.
const char *__lsan_default_suppressions(void) {
    return
        // TOMLKit (0.6) frees neither its tables nor the texts it hands out: see Document. No code of ours runs below it.
        "leak:s7TOMLKit\n"
        // The side table of an object that has weak references, to which the object has a pointer that is shifted by three
        // bits. Were the object itself leaked, it would be found.
        "leak:formWeakReference\n"
        // The storage of a Data of 15 bytes and more, to which it has a pointer with a tag in its highest bits. Were what
        // has the Data leaked, it would be found.
        "leak:s20FoundationEssentials4DataV\n";
}

// Says how many were suppressed only where something else was found.
const char *__lsan_default_options(void) { return "print_suppressions=0"; }
