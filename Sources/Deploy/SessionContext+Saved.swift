internal import Git

extension SessionContext {
    /// Says in the transcript where the files are that were moved away.
    func report(saved files: [String]) {
        for file in files {
            transcript.note("bellpull: a file of an unfinished deployment, or of a person, is now \(file)")
        }
    }
}
