public import WorkflowCore

/// A middleware that also sees OPTIONS requests for which there is no route, and may answer them.
///
/// Others, such as the one that asks for a token, do not see them: browsers send preflight requests without credentials.
public protocol HTTPPreflightMiddleware: HTTPMiddleware {}
