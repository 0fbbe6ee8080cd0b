/// What was found where a site is configured.
struct SiteReading: Sendable {
    /// Where that is.
    let place: String
    /// Its name, if it has a good one.
    var name: SiteName?
    /// Where its clone is, if that is a good path.
    var path: SitePath?
    /// Whether it says where secrets of its own are, good ones or not; also if that cannot be known.
    var mayHaveSecrets = false
    /// The site, if nothing is wrong with it.
    var settings: SiteSettings?
    /// What is wrong with it.
    var diagnostics = Diagnostics()

    /// Nothing yet.
    init(place: String) {
        self.place = place
    }
}
