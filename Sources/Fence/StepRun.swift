internal import CFence
internal import Foundation

/// One run of a command in the launcher: prepares the folders, starts the command, waits for its end, ends what it left
/// running, and takes the folders back.
struct StepRun {
    let command: FencedCommand
    let temporary: String
    /// The pipe for the command's output.
    let output: Int32
    /// `nil` if the command runs as Bellpull's own user.
    let ownership: Ownership?

    func run() throws -> FenceCompletion {
        try checkFence()
        let completion = Result { () throws -> FenceCompletion in
            try prepareFolders()
            let home = HomeLock(command.home)
            defer { home.release() }
            let folder = try TemporaryStepFolder.create(temporary)
            defer {
                TemporaryStepFolder.remove(temporary)
                close(folder)
            }
            return try supervise()
        }
        // Also after an error, and after a cancellation.
        for folder in command.handedOver { try ownership?.takeBack(folder) }
        return try completion.get()
    }

    private func checkFence() throws(FenceError) {
        if command.isUnfenced, ownership != nil {
            throw .failed(action: "run the step", reason: "an unfenced step does not run as the step's user")
        }
        if !command.isUnfenced, Landlock.abi == 0 { throw .noLandlock }
    }

    private func prepareFolders() throws {
        for folder in command.handedOver + [command.home] {
            guard let ownership else {
                try requireOwn(folder)
                continue
            }
            // A home may hold a million files, and keeps its owner after the first time.
            if folder != command.home || !isOwn(folder) { try ownership.handOver(folder) }
        }
    }

    /// A folder may be left from a launcher that was killed, or from the time with another user.
    private func requireOwn(_ folder: String) throws(FenceError) {
        guard access(folder, F_OK) == 0 else { throw .unusable(path: folder, reason: FenceError.reason) }
        guard isOwn(folder) || geteuid() == 0 else { throw .foreignFolder(path: folder) }
    }

    private func isOwn(_ folder: String) -> Bool {
        var status = stat()
        return stat(folder, &status) == 0 && status.st_uid == geteuid()
    }

    private func supervise() throws -> FenceCompletion {
        let signals = linux_signal_descriptor()
        guard signals >= 0 else { throw FenceError.system("wait for signals") }
        linux_adopt_orphans()
        let kills = MemoryEvents.kills
        let start = ContinuousClock.now
        let process = StepProcess(
            command: command, temporary: temporary, output: output, isIsolated: ownership != nil)
        let report = try SetupPipe.ends()
        let child =
            try ownership == nil
            ? process.start() : IsolatedStep(process: process, report: report.writing).start()
        close(output)
        close(report.writing)
        var supervision = StepSupervision(
            connection: STDIN_FILENO, signals: signals, child: child, isIsolated: ownership != nil,
            deadline: start + .seconds(command.timeout))
        var (reason, status) = supervision.wait()
        var leftBehind = Descendants.end()
        if let words = IsolatedStep.Report(from: report.reading) {
            (status, leftBehind) = (words.status, Int(words.leftBehind))
        }
        var termination = reason ?? WaitStatus(rawValue: status).termination
        if MemoryEvents.kills > kills, looksLikeMemory(termination) { termination = .outOfMemory }
        let time = ContinuousClock.now - start
        return FenceCompletion(termination: termination, seconds: time / .seconds(1), leftBehind: leftBehind)
    }

    /// Whether a command that ended like this may have lost a process to the kernel. Only an isolated step is alone in its
    /// control group.
    private func looksLikeMemory(_ termination: FenceCompletion.Termination) -> Bool {
        switch termination {
        case .exited(0), .timedOut, .cancelled, .outOfMemory: false
        case .killed(SIGKILL), .exited(128 + SIGKILL): true
        case .exited, .killed: ownership != nil
        }
    }
}
