import Foundation
import Testing

/// The ways to start a step.
enum Layer: CaseIterable, CustomTestStringConvertible {
    /// As Bellpull's own user, behind Landlock.
    case landlock
    /// As another user, the way systemd starts the launcher. Only root can test it.
    case otherUser

    static var testable: [Layer] { geteuid() == 0 ? allCases : [.landlock] }

    var testDescription: String { self == .landlock ? "by Landlock alone" : "as another user" }

    /// The numbers of two users that need no names. Debian gives these numbers to nobody.
    static let bellpull: uid_t = 64_110
    static let step: uid_t = 64_111
}
