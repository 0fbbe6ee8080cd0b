internal import Fence
internal import Foundation
internal import Git
internal import Processes
internal import Text

/// The steps of one deployment: runs the commands, masks secret values in the output, and reports how each command ended.
package final class StepSession {
    let steps: SiteSteps
    private let fence: StepFence
    let facts: StepFacts
    private let trigger: RestartTrigger?
    private let transcript: Transcript
    private let cancellation: Cancellation
    private let newer: NewerPush?
    /// The commit of the last request for a restart in this deployment.
    private(set) var restarted: Commit?
    /// The commit for which the step `after` has run in this deployment.
    private var concluded: Commit?
    /// Notes on the steps.
    private(set) var notes: [String] = []

    init(
        _ steps: SiteSteps, _ fence: StepFence, _ facts: StepFacts, trigger: RestartTrigger?, _ transcript: Transcript,
        _ cancellation: Cancellation, newer: NewerPush?
    ) {
        self.steps = steps
        self.fence = fence
        self.facts = facts
        self.trigger = trigger
        self.transcript = transcript
        self.cancellation = cancellation
        self.newer = newer
    }

    // MARK: Before the release is live

    /// Builds and tests the release at `place`.
    ///
    /// - Parameters:
    ///   - isPinned: returns whether somebody has pinned the site since the deployment began. A new pin ends the build.
    ///   - newest: asks the remote for the commit to deploy.
    func prepare(
        _ place: StepPlace, isPinned: @escaping @Sendable () -> Bool, newest: @escaping @Sendable () -> Commit?
    ) -> StepEnd {
        let newer = newer ?? NewerPush()
        newer.begin(place.commit)
        let watch = BuildWatch(newer, cancellation, isPinned: isPinned, newest: newest)
        var end = StepEnd.passed
        for (name, step) in [(StepName.build, steps.build), (.test, steps.test)] {
            guard end == .passed, let step else { continue }
            end = run(name, step, place, newer.cancellation)
        }
        let sawPin = watch.finish()
        // From now on, nothing but a stop of Bellpull ends the deployment.
        if let newer = newer.end() { return .superseded(newer) }
        return end == .interrupted && sawPin && !cancellation.isCancelled ? .pinned : end
    }

    // MARK: When the release is live

    /// Requests a restart of the site's application, and waits for the end of the restart if there is an application.
    func restart(at commit: Commit) {
        guard let trigger else { return }
        restarted = commit
        let limits = Limits.within(steps.health?.timeout ?? .zero, cancellation: cancellation)
        if let failure = trigger.restart(at: commit, limits) { notes.append(failure) }
    }

    /// Checks the release at `place`, as often as the site allows.
    func check(_ place: StepPlace) -> StepEnd {
        guard let health = steps.health else { return .passed }
        let deadline = ContinuousClock.now + health.timeout
        var end = StepEnd.passed
        for attempt in 0...(health.retries ?? .max - 1) {
            if attempt > 0 {
                let pause = HealthCheck.pause(before: attempt)
                guard deadline > .now + pause, !cancellation.wait(for: pause) else { break }
            }
            end = check(health, place, Limits(deadline: deadline, cancellation: cancellation))
            guard case .failed(let failure) = end else { break }
            transcript.note("health: \(masked(failure.message))")
        }
        return cancellation.isCancelled && end != .passed ? .interrupted : end
    }

    private func check(_ health: HealthCheck, _ place: StepPlace, _ limits: Limits) -> StepEnd {
        switch health.subject {
        case .command(let step):
            let left = ContinuousClock.now.duration(to: limits.deadline)
            return run(.health, SiteSteps.Step(step.command, timeout: left, isUnfenced: step.isUnfenced), place)
        case .address(let address, let status, let text):
            let probe = HealthProbe(address, status: status, text: text, path: fence.path)
            return probe.failure(limits).map(StepEnd.failed) ?? .passed
        }
    }

    /// Runs the step `after` at `place`.
    func conclude(_ place: StepPlace) -> StepEnd {
        guard let step = steps.after else { return .passed }
        let end = run(.after, step, place)
        if end != .interrupted { concluded = place.commit }
        return end
    }

    /// Notes the site's commit before the first deployment with a step `after`. If this process is killed before `after`, the
    /// next process must see that the site has moved.
    func noteBeginning(at commit: Commit?) {
        let note = AfterNote(in: fence.stateFolder, of: facts.site)
        if steps.after != nil, !note.isThere { note.write(commit) }
    }

    /// Notes that the step `after` has run. Call after the result is in the ledger. If this process is killed earlier, the next
    /// process runs the step again, and a failure is not lost.
    func noteConclusion() {
        if let concluded { AfterNote(in: fence.stateFolder, of: facts.site).write(concluded) }
    }

    /// Returns whether an earlier process made `commit` live and was killed before the step `after`.
    func isUnconcluded(_ commit: Commit) -> Bool {
        steps.after != nil && AfterNote(in: fence.stateFolder, of: facts.site).isBehind(commit)
    }

    /// Returns `text` without the values of the environment file.
    func masked(_ text: String) -> String { OutputMask(steps.variables).masked(text) }

    /// Returns `result` without the values of the environment file. A step may have created a file with a value in the name.
    func masked(_ result: DeploymentResult) -> DeploymentResult {
        guard case .failed(let failure) = result else { return result }
        return .failed(Failure(masked(failure.message), hint: failure.hint.map(masked)))
    }

    // MARK: One command

    private func run(
        _ name: StepName, _ step: SiteSteps.Step, _ place: StepPlace, _ cancellation: Cancellation? = nil
    ) -> StepEnd {
        let cancellation = cancellation ?? self.cancellation
        guard !cancellation.isCancelled else { return .interrupted }
        var mask = OutputMask(steps.variables)
        // Somebody may have written a value into the command.
        transcript.note("\(name.rawValue): \(mask.masked(step.command).escapedForDisplay)")
        var last = LastLine()
        let limits = Limits.within(step.timeout + .seconds(5), cancellation: cancellation)
        do {
            let completion = try fence.runner.run(command(step, name, place), limits) { bytes in
                let masked = mask.mask(bytes)
                last.read(masked)
                transcript.append(masked)
            }
            let rest = mask.finish()
            last.read(rest)
            transcript.append(rest)
            if completion.endedByItself, completion.leftBehind > 0 {
                let count = completion.leftBehind
                notes.append("\(name.rawValue) left \(count) process\(count == 1 ? "" : "es") behind, which were ended")
            }
            return end(of: name, step, completion.termination, last.text)
        } catch let error as FenceError {
            return .failed(
                Failure(Explanation("\(name.rawValue): \(error.explanation.message)", hint: error.explanation.hint)))
        } catch {
            return .failed(Failure("\(name.rawValue) cannot be run: \(error)"))
        }
    }

    private func end(
        of name: StepName, _ step: SiteSteps.Step, _ termination: FenceCompletion.Termination, _ line: String?
    ) -> StepEnd {
        let fact: String
        var hint = "\(ServiceUnit.current.command) log \(facts.deployment)  # shows the output"
        switch termination {
        case .exited(0): return .passed
        case .cancelled: return .interrupted
        case .exited(let status): fact = "failed with exit status \(status)"
        case .killed(let signal): fact = "was killed by signal \(signal)"
        case .timedOut:
            fact = "did not end within \(step.timeout.inSeconds)"
            hint += "; \(name.rawValue)_timeout in the file of the site is the limit"
        case .outOfMemory:
            fact = "used up its memory"
            hint = "systemctl edit bellpull-step@.service  # and write MemoryMax= below [Service]"
        }
        return .failed(Failure("\(name.rawValue) \(fact)\(line.map { ": \($0)" } ?? "")", hint: hint))
    }

    private func command(_ step: SiteSteps.Step, _ name: StepName, _ place: StepPlace) -> FencedCommand {
        var environment = steps.variables
        environment.merge(facts.variables(at: place)) { _, own in own }
        environment["PATH"] = environment["PATH"] ?? fence.path
        environment["LANG"] = environment["LANG"] ?? "C.UTF-8"
        // A fenced build must not plant files for a step that runs without the fence.
        let home = step.isUnfenced ? "\(place.home)-unfenced" : place.home
        environment["HOME"] = home
        let writable = (place.isWritable ? [place.folder] : []) + [place.shared].compactMap(\.self) + steps.writable
        return FencedCommand(
            command: step.command, directory: place.folder, environment: environment, writable: writable,
            readable: (place.isWritable ? [] : place.readable ?? [place.folder]) + steps.readable,
            listable: place.readable == nil ? nil : [place.folder], home: home,
            handedOver: place.isWritable ? [place.folder] : [], hidden: fence.hidden, isUnfenced: step.isUnfenced,
            timeout: step.timeout / .seconds(1))
    }
}

extension Duration {
    /// The duration for a message, such as `0.5 s` or `600 s`.
    fileprivate var inSeconds: String { String(format: "%.4g s", self / .seconds(1)) }
}
