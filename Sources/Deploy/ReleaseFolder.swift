internal import Foundation
internal import Git
internal import Text

/// The folder of a site with releases:
///
///     repository.git/   the bare repository
///     releases/NAME/    the releases; .NAME.json beside a release is its record
///     shared/           files and folders kept across releases
///     cache/            the home of build steps
///     current           a symbolic link to the live release
///     previous          a symbolic link to the previous live release
///     pinned            the pin, if the site is pinned
struct ReleaseFolder: Sendable {
    /// The absolute path, as configured.
    let path: String

    var repository: String { "\(path)/repository.git" }
    var releases: String { "\(path)/releases" }
    var shared: String { "\(path)/shared" }
    var cache: String { "\(path)/cache" }
    var current: String { "\(path)/current" }
    private var previousLink: String { "\(path)/previous" }
    var pin: String { "\(path)/pinned" }

    /// The prefix of releases that are not complete.
    private static let unfinished = ".unfinished-"
    /// The prefix of the files that mark unfinished releases in folders with their final names: built files may contain the
    /// path of their release.
    private static let building = ".building-"

    /// Returns the folder of the release `name`.
    func folder(of name: String) -> String { "\(releases)/\(name)" }

    /// Returns the folder of the release `name` until the release is complete.
    func unfinishedFolder(of name: String) -> String { "\(releases)/\(Self.unfinished)\(name)" }

    private func mark(of name: String) -> String { "\(releases)/\(Self.building)\(name)" }

    private func record(of name: String) -> String { "\(releases)/.\(name).json" }

    // MARK: What is there

    /// The name of the live release, as the link says; `nil` if there is no link into `releases`.
    var liveName: String? { Self.name(in: current) }

    /// Returns the name of the release behind the link at `path`.
    private static func name(in path: String) -> String? {
        var bytes = [CChar](repeating: 0, count: 512)
        let count = readlink(path, &bytes, bytes.count)
        guard count > 0 else { return nil }
        let target = String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard target.hasPrefix("releases/") else { return nil }
        let name = target.dropFirst("releases/".count)
        return name.isEmpty || name.contains("/") ? nil : String(name)
    }

    /// Returns the record of the release `name`, if its folder is there.
    func release(_ name: String) -> Release? {
        guard access(folder(of: name), F_OK) == 0, access(mark(of: name), F_OK) != 0,
            let json = FileManager.default.contents(atPath: record(of: name))
        else { return nil }
        return try? JSONDecoder().decode(Release.self, from: json)
    }

    /// The complete releases, the newest first.
    var all: [Release] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: releases)) ?? []
        return names.filter { !$0.hasPrefix(".") }.sorted(by: >).compactMap(release)
    }

    /// The live release.
    var live: Release? { liveName.flatMap(release) }

    /// Returns the destination of `rollback`: the most recently live release, other than the live one and those taken back
    /// by a person.
    func previous() -> Release? {
        let live = liveName
        // The link tells even if the clock was wrong.
        let linked = Self.name(in: previousLink).flatMap(release)
        if let linked, linked.name != live, !linked.isWithdrawn, !linked.wentLive.isEmpty { return linked }
        let candidates = all.filter { $0.name != live && !$0.isWithdrawn && !$0.wentLive.isEmpty }
        return candidates.max {
            ($0.wentLive.last ?? .distantPast, $0.name) < ($1.wentLive.last ?? .distantPast, $1.name)
        }
    }

    /// Returns the first problem able to block a deployment, or `nil`. Runs no git.
    func obstacle() -> Failure? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            return Failure("\(path) does not exist", remedy: Remedy(.makeFolder(path)))
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { return Failure("\(path) is not a folder") }
        guard access(path, W_OK | X_OK) == 0 else {
            let reason = errno
            return Failure(
                "\(path) is not writable by \(ServiceUser.current.name)",
                remedy: reason == EROFS ? Remedy(.remount(path)) : Remedy(.giveToService(path)))
        }
        for link in [current, previousLink] where lstat(link, &status) == 0 && status.st_mode & S_IFMT != S_IFLNK {
            return Failure(
                "\(link) is not a symbolic link, and so cannot lead to a release",
                remedy: Remedy(ShellCommand("mv", "-T", link, "\(link).old")))
        }
        for folder in [repository, releases, shared, cache] where lstat(folder, &status) == 0 {
            guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
                return Failure(
                    "\(folder) is not a folder", remedy: Remedy(ShellCommand("mv", "-T", folder, "\(folder).old")))
            }
            // The links from releases to `shared` go through the folders above, and would lead elsewhere.
            if folder == releases, lstat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFLNK {
                return Failure(
                    "\(folder) is a symbolic link, so releases cannot find shared",
                    hint: "move the whole site instead: \(path) may be a symbolic link, and so may \(shared)")
            }
            // The cache belongs to the user of the steps once they run as another user.
            guard folder == shared || folder == cache || access(folder, W_OK | X_OK) == 0 else {
                return Failure(
                    "\(folder) is not writable by \(ServiceUser.current.name)", remedy: Remedy(.giveToService(folder)))
            }
        }
        return nil
    }

    // MARK: Changes

    /// Creates the missing folders.
    func create() throws(Failure) {
        if access(path, F_OK) != 0 { mkdir(path, 0o755) }
        if let obstacle = obstacle() { throw obstacle }
        for (folder, mode) in [(releases, 0o755), (shared, 0o755), (cache, 0o700)] as [(String, mode_t)] {
            guard mkdir(folder, mode) == 0 || errno == EEXIST else { throw .cannotWrite(folder, because: errno) }
        }
    }

    /// Removes the temporary files of killed processes.
    func removeTemporaryFiles() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: releases)) ?? []
        for name in names where name.hasPrefix(".") && name.hasSuffix(".new") { unlink("\(releases)/\(name)") }
        for link in [current, previousLink] { unlink("\(link).new") }
        // A pin is written without the lock, so a new file may be another process's.
        let pins = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        for name in pins where name.hasPrefix("pinned.") && name.hasSuffix(".new") {
            var status = stat()
            if stat("\(path)/\(name)", &status) == 0, status.st_mtim.tv_sec < time(nil) - 60 {
                unlink("\(path)/\(name)")
            }
        }
    }

    /// The names of the releases left by killed processes, half written or half removed.
    var unfinishedNames: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: releases)) ?? []
        return names.filter { $0.hasPrefix(Self.unfinished) }.map { String($0.dropFirst(Self.unfinished.count)) }
    }

    /// Starts the removal of releases that killed processes were building.
    func abandonBuilds() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: releases)) ?? []
        for name in names where name.hasPrefix(Self.building) {
            startRemoval(of: String(name.dropFirst(Self.building.count)))
        }
    }

    /// Creates the folder of a release, marked as not complete.
    func begin(_ name: String) throws(Failure) {
        let descriptor = open(mark(of: name), O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .cannotWrite(mark(of: name), because: errno) }
        close(descriptor)
        guard mkdir(folder(of: name), 0o755) == 0 else { throw .cannotWrite(folder(of: name), because: errno) }
    }

    /// Returns a new release of `commit`, not yet on the disk. The time in its name is later than in every other name, even
    /// if two releases are created within a second, or if the clock was set back. The next deployment removes the
    /// files of an unfinished release, so no other release may get its name.
    func newRelease(of commit: Commit, _ ref: String?) -> Release {
        let now = Date()
        let newest = (all.map(\.name) + unfinishedNames).max().flatMap { Release.time(in: $0) }
        return Release(
            name: Release.name(of: commit, at: newest.map { max($0 + 1, now) } ?? now), commit: commit, ref: ref,
            created: now, wentLive: [], isWithdrawn: false)
    }

    /// Writes the record of a release.
    func write(_ release: Release) throws(Failure) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try AtomicFile(record(of: release.name)).write((try? encoder.encode(release)) ?? Data())
    }

    /// Makes the release complete, on the disk too.
    func complete(_ release: Release) throws(Failure) {
        try write(release)
        guard unlink(mark(of: release.name)) == 0 else { throw .cannotWrite(mark(of: release.name), because: errno) }
        try AtomicFile(folder(of: release.name)).synchronizeFolder()
    }

    /// Makes the release `name` the live one: one rename(2), so each request gets either the old or the new release.
    func swap(to name: String) throws(Failure) {
        let before = liveName
        try link(current, to: name)
        // For the web server: a page of a moment ago may still ask for its files.
        if let before, before != name { try? link(previousLink, to: before) }
        try AtomicFile(current).synchronizeFolder()
    }

    private func link(_ link: String, to name: String) throws(Failure) {
        let new = "\(link).new"
        unlink(new)
        guard symlink("releases/\(name)", new) == 0 else { throw .cannotWrite(new, because: errno) }
        guard rename(new, link) == 0 else {
            let failure = Failure.cannotWrite(link, because: errno)
            unlink(new)
            throw failure
        }
    }

    /// Starts the removal of the release `name`: the release counts as unfinished, so nobody goes back to it. Returns
    /// whether the folder was renamed.
    @discardableResult
    func startRemoval(of name: String) -> Bool {
        let isRenamed = rename(folder(of: name), unfinishedFolder(of: name)) == 0
        if isRenamed || errno == ENOENT { unlink(mark(of: name)) }
        return isRenamed
    }

    /// Removes the record and the folder of the unfinished release `name`. Removes the folder last: as long as
    /// the folder is there, the next process finishes the removal.
    func finishRemoval(of name: String) {
        unlink(record(of: name))
        let folder = unfinishedFolder(of: name)
        guard (try? FileManager.default.removeItem(atPath: folder)) == nil else { return }
        // A step may have left folders that nobody may write to.
        ReleaseTree.makeRemovable(folder)
        try? FileManager.default.removeItem(atPath: folder)
    }
}
