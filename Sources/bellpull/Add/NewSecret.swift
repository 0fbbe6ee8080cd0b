/// A new secret for a webhook.
enum NewSecret {
    /// Returns 160 random bits of the system (getrandom(2)) in hexadecimal.
    static func text() -> String {
        var random = SystemRandomNumberGenerator()
        return (0..<20).map { _ in
            let byte = UInt8.random(in: 0...255, using: &random)
            return (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}
