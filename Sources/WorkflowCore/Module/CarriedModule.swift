/// A module that goes on, with everything it has open, when the configuration is reloaded and its own settings stay as
/// they are. Modules of all other types are made anew beside the old ones.
///
/// What it refers to may be made anew all the same, unless that is carried over too: a carried module looks others up
/// through its context whenever it needs them, and leaves what it registers to ``join(_:)``.
public protocol CarriedModule: FileReadingModule {
    /// Registers with a generation: the one that it is created for, before ``WorkflowModule/validate()``, and each one that
    /// it is carried over into. Must not change what the module does, since the generation may never become active.
    ///
    /// - Throws: ``ConfigurationError`` or ``WorkflowError`` when the configuration cannot work.
    func join(_ generation: GenerationContext) throws

    /// Checks what needs the counterparts, in place of ``WorkflowModule/validate()`` for each generation that it is carried
    /// over into.
    ///
    /// - Throws: ``ConfigurationError`` or ``WorkflowError``.
    func check(_ generation: GenerationContext) throws
}

extension CarriedModule {
    public var isCurrent: Bool { true }
    public func join(_ generation: GenerationContext) throws {}
    public func check(_ generation: GenerationContext) throws {}
}
