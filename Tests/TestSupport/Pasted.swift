import Foundation

/// The words with which remedies act as the user of the tests.
package enum Pasted {
    /// The start of a command: empty for root.
    package static let user = geteuid() == 0 ? "" : "runuser -u \(NSUserName()) -- "
    /// The start of a git command.
    package static let git = "\(user)git"
}
