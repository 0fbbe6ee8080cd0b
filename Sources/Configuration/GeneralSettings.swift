internal import Foundation

/// The settings for all sites, from the command line, the environment and the main file.
struct GeneralSettings {
    let answerWithin: Duration
    let drain: Duration
    let bodyLimit: Int
    let acceptsSHA1: Bool
    let parallelDeployments: Int
    let waitingReplies: Int
    let historyAge: Duration
    let historyCount: Int
    let timeout: Duration
    let catchUp: Duration?

    /// Reads the settings from `reader`.
    init(_ reader: inout SettingReader) {
        // At least four even on one core: a deployment that waits for a hanging remote uses no processor time, and must
        // not delay every other site.
        let defaultParallelism = min(max(ProcessInfo.processInfo.activeProcessorCount, 4), 1024)
        answerWithin = reader.duration(.answerWithin, default: .seconds(4))
        drain = reader.duration(.drain, default: .seconds(10))
        bodyLimit = reader.size(.bodyLimit, default: 25 << 20)
        acceptsSHA1 = reader.acceptsSHA1()
        parallelDeployments = reader.number(.parallelDeployments, in: 1...1024, default: defaultParallelism)
        waitingReplies = reader.number(.waitingReplies, in: 0...65_536, default: 256)
        historyAge = reader.duration(.historyAge, default: .seconds(90 * 86_400))
        historyCount = reader.number(.historyCount, in: 1...1_000_000_000, default: 100_000)
        timeout = reader.duration(.timeout, default: .seconds(300))
        catchUp = reader.interval(.catchUp, default: .seconds(900))
    }
}
