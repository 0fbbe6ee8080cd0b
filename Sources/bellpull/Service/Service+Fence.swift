import Deploy
import Fence
import Foundation

extension Service {
    /// Logs what the fence does not stop, if a site has steps.
    func describeFence() {
        let withSteps = configuration.sites.filter { !$0.steps.isEmpty }
        guard !withSteps.isEmpty else { return }
        for site in withSteps {
            let names = SiteSteps(site.steps).unfenced.map(\.rawValue)
            guard !names.isEmpty else { continue }
            logger.warning("site=\(site.name) steps run without the fence: \(names.joined(separator: ", "))")
        }
        let status = FenceStatus.probe(socket: StepFence.socket(source.environment))
        if let problem = status.socketProblem {
            logger.error("steps cannot be run as another user reason=\(problem.message.quoted)")
        } else if status.landlock == 0 {
            logger.error("the kernel has no Landlock: fenced steps are refused")
        } else if !status.hasOtherUser {
            let gaps = status.unstopped.joined(separator: "; ")
            logger.warning("steps run behind Landlock \(status.landlock) alone, as bellpull itself: a step can \(gaps)")
        }
    }
}
