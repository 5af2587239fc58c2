/// The look of drawings.
enum SVGStyle {
    /// The style sheet. Colours are written out, since not every viewer knows variables.
    static let text = """
        svg { max-width: 100%; height: auto; color-scheme: light dark; }
        text { font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; text-anchor: middle; }
        .ground { fill: #ffffff; }
        .box { fill: #f3f6fb; stroke: #5b7397; stroke-width: 1.4; }
        .inner { fill: none; stroke: #5b7397; stroke-width: 1.2; }
        .error { fill: #fdf1f0; stroke: #b3473d; stroke-width: 1.4; }
        .inner-error { fill: none; stroke: #b3473d; stroke-width: 1.2; }
        .section { fill: #eef7f1; stroke: #4b8a66; stroke-width: 1.4; }
        .start, .arrow { fill: #47566b; }
        .line, .automatic, .own { fill: none; stroke: #6b7b91; stroke-width: 1.4; }
        .automatic { stroke-dasharray: 5 4; }
        .plate { fill: #ffffff; }
        .name { fill: #17202c; font-size: 14px; font-weight: 600; }
        .note { fill: #56637a; font-size: 11.5px; }
        .label { fill: #2b3a4f; font-size: 12px; }
        .condition { fill: #56637a; font-size: 11px; font-style: italic; }
        .title { fill: #17202c; font-size: 17px; font-weight: 600; text-anchor: start; }
        .legend { fill: #56637a; font-size: 11.5px; text-anchor: start; }
        @media (prefers-color-scheme: dark) {
          .ground, .plate { fill: #12161c; }
          .box { fill: #1c2531; stroke: #7f9cc4; }
          .inner { stroke: #7f9cc4; }
          .error { fill: #331d1e; stroke: #e0837b; }
          .inner-error { stroke: #e0837b; }
          .section { fill: #17291f; stroke: #6fb68d; }
          .start, .arrow { fill: #a9b6c8; }
          .line, .automatic, .own { stroke: #8b9ab0; }
          .name, .title { fill: #e6ebf2; }
          .label { fill: #cfd8e4; }
          .note, .condition, .legend { fill: #9eabbd; }
        }

        """
}
