import Foundation
import TestSupport
import Testing

/// A verdict in the output of `bellpull why --json`.
struct WhyVerdict: Decodable {
    let site: String?
    let state: String
    let cause: String
    let reason: String
    let remedy: String?
    let isGuess: Bool
    let output: [String]

    /// Decodes the only verdict in `result`.
    init(_ result: Program.Result) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let all = try decoder.decode([WhyVerdict].self, from: Data(result.output.utf8))
        guard let first = all.first, all.count == 1 else { throw Trouble("\(result)") }
        self = first
        guard result.ending == .exited(cause == "live" ? 0 : 1), result.errors.isEmpty else {
            throw Trouble("\(result)")
        }
    }

    /// Expects the cause, parts of the reason and of the remedy, and whether the reason is a guess.
    ///
    /// - Parameters:
    ///   - reason: a part of the reason; empty for any.
    ///   - remedy: a part of the remedy; `nil` for no remedy.
    func expect(
        _ cause: String, _ reason: String = "", remedy: String?, isGuess: Bool = false,
        at location: SourceLocation = #_sourceLocation
    ) {
        #expect(self.cause == cause, "\(self)", sourceLocation: location)
        #expect(reason.isEmpty || self.reason.contains(reason), "\(self)", sourceLocation: location)
        if let remedy {
            #expect(
                self.remedy.map { remedy.isEmpty || $0.contains(remedy) } == true, "\(self)", sourceLocation: location)
        } else {
            #expect(self.remedy == nil, "\(self)", sourceLocation: location)
        }
        #expect(self.isGuess == isGuess, "\(self)", sourceLocation: location)
    }
}
