internal import Foundation
internal import Git
internal import Processes

/// The right to run git in a repository, held by one process at a time: a lock on the file `bellpull.lock` in the
/// repository's common folder (flock(2)). All processes working in the repository meet at the lock, however they were
/// started and in whichever of its work trees they work. The system releases the lock when the process ends, for
/// whatever reason.
///
/// The file also says that somebody holds the lock: if the next holder finds `working`, the holder before was killed,
/// and may have left commands behind. They are ended before anything else.
///
/// The file `bellpull.lock` in the work tree's own folder of the repository, usually the same file, records the
/// upstream's commit at the last deployment, the commit skipped since, and whether a deployment is in progress:
///
///     free ── lock ──→ held ── noteBeginning ──→ held, deploying ── noteEnd ──→ held ── release ──→ free
///                                                      └─ killed ──→ free, deploying = after an interruption
///
/// If the next holder finds `deploying`, Bellpull left the clone half changed, and not a person.
final class SiteLock {
    /// The state of a lock as seen without taking the lock.
    enum State {
        /// No process holds the lock.
        case free
        /// A process holds the lock: a deployment is running.
        case held
        /// No process holds the lock, and the last deployment was interrupted.
        case afterInterruption
    }

    /// Whether the previous deployment was interrupted.
    var isAfterInterruption: Bool { interruptedStart != nil }
    /// When the interrupted deployment started to change the clone; `nil` if the previous deployment ended.
    let interruptedStart: FileTime?
    /// The commit that the interrupted deployment was to place, if it was known.
    let interruptedTarget: Commit?
    /// The commit with a person's edits that the interrupted deployment saved, if there were edits.
    let interruptedEdits: Commit?
    /// The upstream's commit at the last deployment.
    let lastUpstream: Commit?
    /// The note about the commit skipped last; `nil` if the site was deployed since.
    let lastSkip: SkipNote?
    /// When this deployment started to change the clone.
    private(set) var start: FileTime?

    /// The note about the skipped commit to write.
    private var skip: SkipNote?

    /// The file with the lock.
    private let lock: LockFile
    /// The file with the notes of the work tree: the same file, except in a linked work tree.
    private let notes: LockFile

    /// How long to sleep between two tries while another process holds the lock, in microseconds.
    private static let interval: UInt32 = 20_000
    private static let deploying = "deploying"
    private static let working = "working"

    /// Waits for the lock, and ends the commands left behind by a killed holder, within `limits`.
    ///
    /// - Parameters:
    ///   - gitDirectory: the work tree's own folder in the repository.
    ///   - commonDirectory: the repository's folder; by default the same.
    init(in gitDirectory: String, common commonDirectory: String? = nil, _ limits: Limits) throws(Failure) {
        let commonDirectory = commonDirectory ?? gitDirectory
        lock = try LockFile(in: commonDirectory)
        notes = Self.isSame(commonDirectory, gitDirectory) ? lock : try LockFile(in: gitDirectory)
        while !lock.tryLocking() {
            guard limits.deadline > .now, !limits.cancellation.isCancelled else {
                throw Failure("another bellpull is deploying in \(commonDirectory) and did not finish in time")
            }
            usleep(Self.interval)
        }
        if lock.lines.contains(Self.working), let mark = CommandMark(path: commonDirectory), !mark.endOrphans(limits) {
            throw Failure(
                "a git left behind in \(commonDirectory) by a killed bellpull does not end",
                hint: "the git waits for the disk or the network; the next push tries again")
        }
        let lines = notes.lines
        let words = lines.first { $0.hasPrefix(Self.deploying) }?.split(separator: " ") ?? []
        interruptedStart = words.isEmpty ? nil : words.dropFirst().first.flatMap { FileTime($0) } ?? notes.time
        interruptedTarget = words.dropFirst(2).first.flatMap { Commit($0) }
        interruptedEdits = words.dropFirst(3).first.flatMap { Commit($0) }
        lastUpstream = lines.first.flatMap { Commit($0) }
        lastSkip = SkipNote(in: lines)
        skip = lastSkip
        lock.write(lock.lines.filter { $0 != Self.working } + [Self.working])
    }

    /// Returns the state of the lock without waiting or creating a file.
    ///
    /// - Throws: `Failure` if the user could not take the lock.
    static func state(in gitDirectory: String, common commonDirectory: String? = nil) throws(Failure) -> State {
        let commonDirectory = commonDirectory ?? gitDirectory
        guard let lock = try LockFile(existingIn: commonDirectory) else { return .free }
        guard !lock.isLocked else { return .held }
        let notes = isSame(commonDirectory, gitDirectory) ? lock : try LockFile(existingIn: gitDirectory)
        return notes?.lines.contains { $0.hasPrefix(deploying) } == true ? .afterInterruption : .free
    }

    /// Returns the note about the commit skipped last, without waiting for the lock; `nil` if there is none.
    static func skip(in gitDirectory: String) -> SkipNote? {
        (try? LockFile(existingIn: gitDirectory)).flatMap { SkipNote(in: $0.lines) }
    }

    /// Records that a commit was skipped.
    func note(_ skip: SkipNote) {
        self.skip = skip
        write([lastUpstream?.description])
    }

    /// Records the start of changes to the clone, and waits until the note is on the disk.
    func noteBeginning() {
        write([lastUpstream?.description, Self.deploying])
        start = notes.time
        write([lastUpstream?.description, start.map { "\(Self.deploying) \($0)" } ?? Self.deploying])
        notes.synchronize()
    }

    /// Adds the commit that is to be placed to the note of the start, and waits until the note is on the disk.
    ///
    /// - Parameter edits: the commit with the edits of a person that are to be discarded.
    func noteTarget(_ commit: Commit, discarding edits: Commit? = nil) {
        guard let start else { return }
        let words = ["\(Self.deploying) \(start) \(commit)", edits?.description].compactMap(\.self)
        write([lastUpstream?.description, words.joined(separator: " ")])
        notes.synchronize()
    }

    /// Records the end of changes to the clone.
    ///
    /// - Parameter upstream: the upstream's commit, if the deployment succeeded.
    func noteEnd(deployed upstream: Commit? = nil) {
        start = nil
        if upstream != nil { skip = nil }
        write([(upstream ?? lastUpstream)?.description])
    }

    /// Releases the lock.
    func release() {
        lock.write(lock.lines.filter { $0 != Self.working })
        close()
    }

    /// Closes the files as the system does when a process is killed.
    func close() {
        lock.close()
        notes.close()
    }

    /// Returns whether both paths lead to the same folder.
    private static func isSame(_ path: String, _ other: String) -> Bool {
        path == other
            || URL(fileURLWithPath: path).resolvingSymlinksInPath()
                == URL(fileURLWithPath: other)
                .resolvingSymlinksInPath()
    }

    private func write(_ lines: [String?]) {
        notes.write((lines + [skip?.line]).compactMap(\.self) + (notes === lock ? [Self.working] : []))
    }
}
