import ArgumentParser
import WorkflowCommandLine

/// `wfctl completion`
struct CompletionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion", abstract: "Prints the script that completes commands in a shell.",
        discussion: """
            bash:  wfctl completion bash > ~/.local/share/bash-completion/completions/wfctl
            zsh:   wfctl completion zsh > "${fpath[1]}/_wfctl"
            fish:  wfctl completion fish > ~/.config/fish/completions/wfctl.fish
            """)

    /// A shell that scripts are made for.
    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash, zsh, fish
    }

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    func run() throws {
        let kind: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        Terminal.output.write(WorkflowControl.completionScript(for: kind) + "\n")
    }
}
