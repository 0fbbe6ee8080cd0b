internal import CFence
internal import Foundation

/// A set of Landlock rules (landlock(7)): whatever no rule allows is forbidden, for the calling process and its children.
///
/// The kernel's ABI decides what can be forbidden. TCP is never restricted: builds download their packages.
struct Landlock {
    /// The rights to files and folders, as bits.
    struct Access: OptionSet {
        let rawValue: UInt64
        static let execute = Access(rawValue: 1 << 0)
        static let writeFile = Access(rawValue: 1 << 1)
        static let readFile = Access(rawValue: 1 << 2)
        static let readFolder = Access(rawValue: 1 << 3)
        static let makeCharacterDevice = Access(rawValue: 1 << 6)
        static let makeBlockDevice = Access(rawValue: 1 << 11)
        static let truncate = Access(rawValue: 1 << 14)
        static let deviceControl = Access(rawValue: 1 << 15)

        /// Every right that the kernel knows.
        static func all(abi: Int) -> Access {
            let count = abi >= 5 ? 16 : abi >= 3 ? 15 : abi == 2 ? 14 : 13
            return Access(rawValue: 1 << count - 1)
        }

        static let read: Access = [.execute, .readFile, .readFolder]
        /// Everything but devices, which nobody builds.
        static let write = all(abi: 5).subtracting([.makeCharacterDevice, .makeBlockDevice, .deviceControl])
        static let device: Access = [.readFile, .writeFile, .truncate, .deviceControl]
        /// The rights that a rule for something other than a folder may contain.
        static let ofFiles: Access = [.execute, .writeFile, .readFile, .truncate, .deviceControl]
    }

    /// The version of the kernel's interface; 0 without Landlock.
    static var abi: Int { max(0, Int(linux_landlock_abi())) }

    private let handled: Access
    private let ruleset: Int32

    /// Creates rules that allow nothing. From ABI 6 on they also forbid signals to processes outside, and connections to
    /// their abstract sockets.
    init() throws(FenceError) {
        let abi = Self.abi
        guard abi > 0 else { throw .noLandlock }
        handled = .all(abi: abi)
        ruleset = linux_landlock_create(handled.rawValue, abi >= 6 ? 3 : 0)
        guard ruleset >= 0 else { throw .system("create Landlock's rules") }
    }

    /// Allows `access` to the file or folder at `path` and to everything below. Follows symbolic links.
    ///
    /// - Throws: `FenceError.unusable` if there is no such file.
    func allow(_ access: Access, to path: String) throws(FenceError) {
        let file = linux_open_path(AT_FDCWD, path, 1)
        guard file >= 0 else { throw .unusable(path: path, reason: FenceError.reason) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw .unusable(path: path, reason: FenceError.reason) }
        let isFolder = status.st_mode & S_IFMT == S_IFDIR
        let rights = access.intersection(handled).intersection(isFolder ? handled : .ofFiles)
        guard linux_landlock_allow(ruleset, file, rights.rawValue) == 0 else {
            throw .unusable(path: path, reason: FenceError.reason)
        }
    }

    /// Applies the rules to the process, for good. The process must have given up new privileges.
    func restrict() throws(FenceError) {
        defer { close(ruleset) }
        guard linux_landlock_restrict(ruleset) == 0 else { throw .system("apply Landlock's rules") }
    }
}
