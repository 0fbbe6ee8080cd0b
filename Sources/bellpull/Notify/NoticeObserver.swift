import Deploy
import Endpoints

/// Wakes the notifier after each transaction of the ledger.
struct NoticeObserver: Observer {
    let notifier: Notifier

    func note(_ event: Dispatcher.Event) {
        if case .committed = event { notifier.note() }
    }
}
