import AccessLog
import Foundation
import Text

/// Verdicts on the web server's own answers to deliveries.
extension Diagnosis {
    func refusedByServer(_ line: AccessLogLine, _ time: String, _ isGuess: Bool) -> Verdict {
        let deploy = "\(facts.command) deploy \(facts.name)"
        func refused(_ reason: String, _ remedy: String, isGuess: Bool = isGuess) -> Verdict {
            verdict(.refusedByServer, reason, remedy: remedy, isGuess: isGuess)
        }
        switch line.status {
        case 403?:
            return refused(
                "nginx refused the last delivery, \(time): it lets only some addresses use the hook (403)",
                "grep -rnE 'allow|deny' /etc/nginx shows the addresses: allow the forge's; \(deploy)")
        case 413?: return tooLarge(time, isGuess)
        case 429?:
            return refused(
                "nginx refused the last delivery, \(time): too many requests (429)",
                "raise burst= of limit_req, then systemctl reload nginx; \(deploy)")
        case 503?:
            // Bellpull's own 503 has an outcome.
            return refused(
                "nginx answered the last delivery itself, \(time), with 503, as limit_req and limit_conn do",
                "grep -rnE 'limit_(req|conn)|503' /etc/nginx shows the limit: raise it, then systemctl reload nginx; "
                    + deploy)
        case 502?:
            return verdict(
                .serviceWasDown, "bellpull was down when the last delivery came, \(time) (502)",
                remedy: facts.hasService
                    ? "\(deploy); if it happens again: \(facts.command) check \(facts.name)"
                    : "systemctl start \(ServiceUnit.current)", isGuess: isGuess)
        case 504?:
            return verdict(
                .noAnswer, "bellpull did not answer the last delivery in nginx's time, \(time) (504)",
                remedy: "\(facts.command) check compares fastcgi_read_timeout with answer_within; "
                    + "journalctl -u \(ServiceUnit.current) -n 20 --no-pager; \(deploy)", isGuess: isGuess)
        case nil, 408?, 499?:
            return refused(
                "the forge ended the connection before nginx had answered, \(time)", deploy, isGuess: true)
        default:
            return refused(
                "nginx refused the last delivery, \(time), with status \(line.status ?? 0)",
                "tail -n 20 /var/log/nginx/error.log; \(facts.command) check \(facts.name)")
        }
    }

    /// The verdict on a delivery that is too large. A larger limit of nginx helps only up to Bellpull's limit.
    func tooLarge(_ time: String, _ isGuess: Bool) -> Verdict {
        let limit = "\(facts.bodyLimit >> 20) MB"
        if facts.nginxTakesLess {
            return verdict(
                .refusedByServer, "nginx refused the last delivery, \(time): it is larger than nginx takes (413)",
                remedy: "set client_max_body_size \(facts.bodyLimit >> 20)m; in both locations of the hook, then "
                    + "systemctl reload nginx; \(facts.command) deploy \(facts.name)", isGuess: isGuess)
        }
        let most = facts.bodyLimit < 25 << 20 ? "raise body_limit in the main file" : "GitHub sends at most 25 MB"
        return verdict(
            .refusedByServer, "the last delivery, \(time), is larger than \(limit), the most that bellpull takes (413)",
            remedy: "\(facts.command) deploy \(facts.name) deploys the commit; \(most)", isGuess: isGuess)
    }
}
