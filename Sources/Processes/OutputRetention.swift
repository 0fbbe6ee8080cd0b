/// How much of a command's standard output to keep.
public enum OutputRetention: Sendable {
    /// The last 64 KiB, for people to read.
    case tail
    /// All output, for a program to read. A command with more than `limit` bytes has no usable output:
    /// `Command.Completion.isOutputComplete` is then false.
    case whole(limit: Int)
}
