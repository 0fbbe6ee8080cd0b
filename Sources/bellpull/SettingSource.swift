/// Reads single settings: an option if it was given, or else its environment variable, or else the default.
struct SettingSource {
    let environment: [String: String]

    /// A duration such as `500ms`, `4s`, `5m` or `1h`.
    func duration(_ name: String, _ option: String?, default fallback: Duration) throws(Problem) -> Duration {
        guard let (text, place) = value(name, option) else { return fallback }
        guard let (number, unit) = Self.split(text), let scale = Self.units[unit], number > 0, number < 1_000_000 else {
            throw Problem(
                option == nil ? .configuration : .usage, "\(place) is \(text), which is not a duration",
                hint: "such as 500ms, 4s, 5m or 1h")
        }
        return scale * number
    }

    /// A size in bytes, such as `512KiB` or `25MiB`, up to 1 GiB.
    func size(_ name: String, _ option: String?, default fallback: Int) throws(Problem) -> Int {
        guard let (text, place) = value(name, option) else { return fallback }
        guard let (number, unit) = Self.split(text), let scale = Self.scales[unit], number > 0,
            number <= (1 << 30) / scale
        else {
            throw Problem(
                option == nil ? .configuration : .usage, "\(place) is \(text), which is not a size up to 1GiB",
                hint: "such as 512KiB or 25MiB")
        }
        return number * scale
    }

    /// A switch that the environment variable turns on.
    func flag(_ name: String) throws(Problem) -> Bool {
        guard let (text, place) = value(name, nil) else { return false }
        switch text.lowercased() {
        case "1", "true", "yes", "on": return true
        case "0", "false", "no", "off": return false
        default: throw Problem(.configuration, "\(place) is \(text), which is neither yes nor no", hint: "1 or 0")
        }
    }

    private static let units: [Substring: Duration] = [
        "ms": .milliseconds(1), "s": .seconds(1), "m": .seconds(60), "h": .seconds(3600),
    ]
    private static let scales: [Substring: Int] = ["": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30]

    private func value(_ name: String, _ option: String?) -> (text: String, place: String)? {
        if let option { return (option, "--\(name)") }
        let variable = "BELLPULL_" + name.uppercased().replacing("-", with: "_")
        return environment[variable].flatMap { $0.isEmpty ? nil : ($0, variable) }
    }

    private static func split(_ text: String) -> (number: Int, unit: Substring)? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        return Int(digits).map { ($0, text[digits.endIndex...]) }
    }
}
