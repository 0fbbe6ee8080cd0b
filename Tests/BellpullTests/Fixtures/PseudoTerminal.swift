import Foundation

@testable import bellpull

/// A terminal without a screen (pty(7)).
final class PseudoTerminal {
    private let controller: Int32
    private let descriptor: Int32

    /// Unlocks a terminal, and opens the end for programs (ioctl_tty(2)). The Glibc module lacks both constants.
    private static let (setLock, openPeer) = (UInt(0x4004_5431), UInt(0x5441))

    /// Opens a terminal with `columns` columns; 0 stands for an unknown width.
    init(columns: UInt16) throws {
        controller = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var isLocked: Int32 = 0
        var size = winsize()
        size.ws_col = columns
        guard ioctl(controller, Self.setLock, &isLocked) == 0, ioctl(controller, UInt(TIOCSWINSZ), &size) == 0 else {
            throw POSIXError(.ENOTTY)
        }
        descriptor = ioctl(controller, Self.openPeer, O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else { throw POSIXError(.ENOTTY) }
    }

    /// Returns the terminal as a program in `environment` sees it.
    func properties(_ environment: [String: String] = [:]) -> Terminal {
        Terminal(descriptor: descriptor, environment: environment)
    }

    deinit {
        close(descriptor)
        close(controller)
    }
}
