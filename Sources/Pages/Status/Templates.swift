internal import Mustache

/// The templates of the pages. `PageValues` escapes each value, so the tags have three braces.
enum Templates {
    /// The parsed templates.
    static let library: MustacheLibrary = {
        var library = MustacheLibrary()
        for (name, text) in Array(all) + Array(Feed.templates) {
            do {
                try library.register(text, named: name)
            } catch {
                // The templates are part of the program, and a test renders each of them.
                preconditionFailure("the template \(name) is malformed: \(error)")
            }
        }
        return library
    }()

    /// Returns the page `name` with `values`.
    static func render(_ name: String, _ values: PageValues) -> String {
        library.render(values.all, withTemplate: name) ?? ""
    }

    /// All templates by name.
    static let all: KeyValuePairs<String, String> = [
        "head": head, "foot": foot, "pager": pager, "deployments": deployments, "overview": overview,
        "history": history, "site": site, "deployment": deployment, "message": message,
    ]

    private static let head = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="robots" content="noindex, nofollow">
        <title>{{{title}}}</title>
        <link rel="icon" href="{{{root}}}icon.svg" type="image/svg+xml">
        <link rel="stylesheet" href="{{{root}}}style.css">
        <script src="{{{root}}}script.js" defer></script>
        {{#refresh}}
        <noscript><meta http-equiv="refresh" content="{{{refresh}}}"></noscript>
        {{/refresh}}
        </head>
        <body{{#isLive}} data-live="{{{refresh}}}"{{/isLive}}>
        <header>
        <a class="home" href="{{{root}}}"><img src="{{{root}}}icon.svg" alt="" width="24" height="24"> Bellpull</a>
        <nav><a href="{{{root}}}">Sites</a> <a href="{{{root}}}history">History</a></nav>
        </header>
        <main>

        """

    private static let foot = """
        </main>
        <footer>Bellpull {{{version}}}</footer>
        </body>
        </html>

        """

    private static let pager = """
        {{#hasPages}}
        <nav class="pager" aria-label="Pages">
        {{#newer}}<a href="{{{newer}}}" rel="prev">Previous</a>{{/newer}}
        {{#newest}}<a href="?" rel="prev">Newest</a>{{/newest}}
        {{#page}}<span>{{{page}}}</span>{{/page}}
        {{#older}}<a href="{{{older}}}" rel="next">Next</a>{{/older}}
        </nav>
        {{/hasPages}}

        """

    private static let deployments = """
        {{^isEmpty}}
        <ul class="rows deployments">
        {{#deployments}}
        <li>
        <a class="state {{{kind}}}" href="{{{root}}}deployment/{{{id}}}"><span>{{{state}}}</span></a>
        {{#name}}<a class="name" href="{{{root}}}site/{{{name}}}">{{{name}}}</a>{{/name}}
        <span class="facts">{{#commit}}<code>{{{commit}}}</code> {{/commit}}<span>{{{cause}}}</span>{{#took}} <span>took {{{took}}}</span>{{/took}}</span>
        <a class="age" href="{{{root}}}deployment/{{{id}}}"><time datetime="{{{time}}}" title="{{{time}}}">{{{age}}}</time></a>
        {{#reason}}<p class="reason">{{{reason}}}</p>{{/reason}}
        </li>
        {{/deployments}}
        </ul>
        {{/isEmpty}}
        {{#isEmpty}}<p class="empty">No deployments here.</p>{{/isEmpty}}
        {{>pager}}

        """

    private static let overview = """
        {{>head}}
        <h1>Sites</h1>
        <p class="summary"><span>{{{count}}}</span>{{#running}} <span class="busy">{{{running}}}</span>{{/running}}{{#waiting}} <span class="wait">{{{waiting}}}</span>{{/waiting}}{{#failed}} <span class="bad">{{{failed}}}</span>{{/failed}}</p>
        {{^isEmpty}}
        <ul class="rows sites">
        {{#sites}}
        <li>
        <a class="name" href="{{{root}}}site/{{{name}}}">{{{name}}}</a>
        {{#deployment}}<a class="state {{{kind}}}" href="{{{root}}}deployment/{{{deployment}}}"><span>{{{state}}}</span></a>{{/deployment}}
        {{^deployment}}<span class="state {{{kind}}}"><span>{{{state}}}</span></span>{{/deployment}}
        <span class="facts">{{#commit}}<code title="live">{{{commit}}}</code> {{/commit}}{{#follows}}<span class="ref">{{{follows}}}</span>{{/follows}}</span>
        {{#age}}<span class="age"><time datetime="{{{time}}}" title="{{{time}}}">{{{age}}}</time></span>{{/age}}
        {{#pin}}<p class="reason">{{{pin}}}</p>{{/pin}}
        {{#reason}}<p class="reason">{{{reason}}}</p>{{/reason}}
        </li>
        {{/sites}}
        </ul>
        {{/isEmpty}}
        {{#isEmpty}}<p class="empty">No site is configured yet: <code>bellpull add</code> makes one.</p>{{/isEmpty}}
        {{>pager}}
        {{>foot}}

        """

    private static let history = """
        {{>head}}
        <h1>History</h1>
        {{>deployments}}
        {{>foot}}

        """

    private static let trouble = """
        {{#reason}}<p class="notice{{#isFailed}} bad{{/isFailed}}">{{{reason}}}</p>{{/reason}}
        {{#hint}}<p class="hint">Remedy: <code>{{{hint}}}</code></p>{{/hint}}

        """

    private static let site =
        """
        {{>head}}
        <h1>{{{name}}} <span class="state {{{kind}}}"><span>{{{state}}}</span></span></h1>
        {{#pin}}<p class="notice">{{{pin}}}</p>{{/pin}}

        """ + trouble + """
            <dl>
            {{#fullCommit}}<dt>Live</dt><dd><code>{{{fullCommit}}}</code></dd>{{/fullCommit}}
            {{#release}}<dt>Release</dt><dd>{{{release}}}</dd>{{/release}}
            {{#follows}}<dt>Follows</dt><dd>{{{follows}}}</dd>{{/follows}}
            {{#repository}}<dt>Repository</dt><dd>{{{repository}}}</dd>{{/repository}}
            {{#running}}<dt>Now</dt><dd><a href="{{{root}}}deployment/{{{running}}}">Deployment {{{running}}}</a></dd>{{/running}}
            </dl>
            <h2>Deployments</h2>
            {{>deployments}}
            {{>foot}}

            """

    private static let deployment =
        """
        {{>head}}
        <h1><a href="{{{root}}}site/{{{name}}}">{{{name}}}</a> <span class="quiet">#{{{id}}}</span> <span class="state {{{kind}}}"><span>{{{state}}}</span></span></h1>

        """ + trouble + """
            <dl>
            {{#facts}}
            <dt>{{{term}}}</dt><dd>{{{value}}}</dd>
            {{/facts}}
            </dl>
            {{#hasOutput}}
            <h2>Output</h2>
            <pre class="output" tabindex="0"{{#isRunning}} data-log="{{{id}}}/log" data-next="{{{next}}}" data-state="{{{state}}}"{{/isRunning}}>{{{output}}}</pre>
            {{/hasOutput}}
            {{>foot}}

            """

    private static let message = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>Bellpull</title>
        </head>
        <body>
        <h1>{{{status}}}</h1>
        <p>{{{message}}}</p>
        </body>
        </html>

        """
}
