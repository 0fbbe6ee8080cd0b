internal import Foundation
internal import Git
internal import Processes

/// The repository of a site with releases during one deployment: created when it is missing, and created anew when git
/// finds it damaged. The caller holds the site's lock.
final class ReleaseRepository {
    private let strategy: ReleaseStrategy
    private let limits: Limits
    private let transcript: Transcript
    private var folder: ReleaseFolder { strategy.folder }

    /// What a person should know.
    private(set) var notes: [String] = []

    init(_ strategy: ReleaseStrategy, _ limits: Limits, _ transcript: Transcript) {
        self.strategy = strategy
        self.limits = limits
        self.transcript = transcript
    }

    /// Returns the repository, created or repaired if necessary.
    func prepare() throws(Failure) -> BareRepository {
        folder.removeTemporaryFiles()
        removeFolder("\(folder.repository).new")
        guard access(folder.repository, F_OK) == 0 else { return try create() }
        do throws(Failure) {
            let repository = try strategy.repository(limits)
            repository.repair()
            try follow(strategy.options.remote, repository)
            return try strategy.repository(limits)
        } catch {
            // Without a HEAD or a readable configuration, git does not take the folder for a repository.
            guard strategy.options.remote != nil, access("\(folder.repository)/objects", F_OK) == 0 else { throw error }
            noteDamage(error.message)
            return try exchange(try create(at: "\(folder.repository).new"))
        }
    }

    /// Sets the remote to `url`, if the configuration names one.
    private func follow(_ url: String?, _ repository: BareRepository) throws(Failure) {
        guard let url else { return }
        try strategy.attempt {
            if try repository.configuredURL(limits) != url {
                try repository.setURL(url, limits)
                strategy.keep(nil)
            }
        }
    }

    private func create() throws(Failure) -> BareRepository {
        let repository = try create(at: "\(folder.repository).new")
        if let pin = strategy.pinOfClone, Pin(at: folder.pin) == nil { try pin.write(to: folder.pin) }
        return try moveIntoPlace(repository)
    }

    /// Creates a repository at `path`: from the clone that stands at the site's path, or with the configured remote.
    private func create(at path: String) throws(Failure) -> BareRepository {
        if let old = strategy.cloneToConvert, let copy = try copy(of: old, at: path) {
            try follow(strategy.options.remote, copy)
            return copy
        }
        guard let url = strategy.options.remote else { throw strategy.noRepository }
        return try strategy.attempt { try BareRepository.create(at: path, of: folder.path, remote: url, limits) }
    }

    /// Copies the clone at `old`. Returns `nil` if that fails, and the remote can be cloned instead.
    private func copy(of old: String, at path: String) throws(Failure) -> BareRepository? {
        do {
            let clone = try DetachedClone.open(at: old, limits)
            // Another bellpull may still deploy in the clone.
            let lock = try SiteLock(in: clone.gitDirectory, common: clone.commonDirectory, limits)
            defer { lock.release() }
            return try BareRepository.create(at: path, of: folder.path, copying: clone, limits)
        } catch {
            guard strategy.options.remote != nil, !limits.cancellation.isCancelled else {
                throw (error as? CloneError).map { Failure($0.explanation) } ?? Failure(error, in: old)
            }
            transcript.note("bellpull: the clone \(old) cannot be copied, and the remote is cloned: \(error)")
            removeFolder(path)
            return nil
        }
    }

    private func moveIntoPlace(_ repository: BareRepository) throws(Failure) -> BareRepository {
        guard rename(repository.gitDirectory, folder.repository) == 0 else {
            throw .cannotWrite(folder.repository, because: errno)
        }
        strategy.keep(nil)
        return try strategy.repository(limits)
    }

    /// Replaces the damaged `repository` by a new one with the same remote. The releases stay.
    func replace(_ repository: BareRepository, because damage: String) throws(Failure) -> BareRepository {
        noteDamage(damage)
        let path = "\(folder.repository).new"
        removeFolder(path)
        let new = try strategy.attempt { try repository.createAnew(at: path, of: folder.path, limits) }
        return try exchange(new)
    }

    private func noteDamage(_ damage: String) {
        transcript.note("bellpull: \(folder.repository) is damaged and is cloned anew: \(damage)")
        notes.append("the damaged repository was cloned anew; the old one is \(folder.repository).damaged")
    }

    private func exchange(_ new: BareRepository) throws(Failure) -> BareRepository {
        let old = "\(folder.repository).damaged"
        removeFolder(old)
        guard rename(folder.repository, old) == 0 else { throw .cannotWrite(old, because: errno) }
        // The indices of the releases tell which files can be used again.
        _ = rename("\(old)/bellpull-releases", "\(new.gitDirectory)/bellpull-releases")
        return try moveIntoPlace(new)
    }

    private func removeFolder(_ path: String) { try? FileManager.default.removeItem(atPath: path) }
}
