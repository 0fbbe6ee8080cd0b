/// The status of wait(2), as an ending of a command.
struct WaitStatus: Equatable {
    let rawValue: Int32

    var termination: FenceCompletion.Termination {
        rawValue & 0x7f == 0 ? .exited(rawValue >> 8 & 0xff) : .killed(signal: rawValue & 0x7f)
    }
}
