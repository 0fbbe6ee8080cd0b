import Foundation
import Processes

/// The running systemd, which knows what is in force. The files of units may have changed since systemd read them.
struct Systemd {
    private let show: ([String]) -> String?

    /// How long systemctl may take.
    private static let time = Duration.seconds(10)

    /// Creates a source of the output of `systemctl show` for the units with the given names; `nil` if systemd does not
    /// answer.
    init(show: @escaping ([String]) -> String?) {
        self.show = show
    }

    /// The systemd of this system; `nil` if systemd does not run here (sd_booted(3)), or if `SYSTEMD_UNIT_PATH` names
    /// other units.
    init?(environment: [String: String], _ cancellation: Cancellation) {
        guard environment["SYSTEMD_UNIT_PATH"] == nil, access("/run/systemd/system", F_OK) == 0 else { return nil }
        self.init { units in
            let properties = UnitState.asked.joined(separator: ",")
            let command = Program("systemctl", environment)?.command(
                ["show", "--no-pager", "--property=\(properties)", "--"] + units)
            let completion = try? command?.run(until: .now + Self.time, cancellation: cancellation)
            return completion.flatMap { $0.isSuccess ? $0.output : nil }
        }
    }

    /// Returns the state of the units with the given names; `nil` if systemd does not answer.
    func states(of units: [String]) -> [UnitState]? {
        show(units).map(UnitState.parse)
    }
}
