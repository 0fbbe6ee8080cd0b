internal import Foundation

/// Lets a plain CGI program go on after its reply, whatever the web server does with the process that it started.
///
/// Apache ends a CGI program a few seconds after the reply, and other servers end their programs when they stop. Therefore
/// a child in a session of its own (setsid(2)) does all the work. The web server's process waits for the reply only. A
/// service manager that ends all processes of a stopped web server ends the child, too.
enum Detachment {
    /// The pipe's end that the child closes after the reply; negative without a parent that waits.
    nonisolated(unsafe) private static var reply: Int32 = -1

    /// Splits the process, and returns in the child. The parent exits when the child calls `end()`, or when the child
    /// exits, with the same status. Without room for another process, the process itself goes on.
    ///
    /// Call before the process has a second thread.
    static func begin() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let child = fork()
        guard child == 0 else {
            close(ends[1])
            if child > 0 { exitWithReply(on: ends[0], of: child) }
            close(ends[0])
            return
        }
        close(ends[0])
        reply = ends[1]
        setsid()
    }

    /// Lets the parent exit. Call after the reply has been written, and the descriptors 0 and 1 are closed.
    static func end() {
        guard reply >= 0 else { return }
        var done: UInt8 = 1
        write(reply, &done, 1)
        close(reply)
        reply = -1
    }

    private static func exitWithReply(on descriptor: Int32, of child: pid_t) -> Never {
        var done: UInt8 = 0
        var count = read(descriptor, &done, 1)
        while count < 0, errno == EINTR { count = read(descriptor, &done, 1) }
        if count == 1 { _exit(0) }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7f
        // As a shell reports a program that was ended by a signal.
        _exit(signal == 0 ? status >> 8 & 0xff : 128 + signal)
    }
}
