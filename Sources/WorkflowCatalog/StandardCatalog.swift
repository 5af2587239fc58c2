public import WorkflowCore
import WorkflowHTTP
import WorkflowModules

#if SQLite
import WorkflowStoreSQLite
#endif

/// All module types that come with the engine, as far as the package traits include them.
public enum StandardCatalog {
    /// A registry of all types.
    public static var registry: ModuleRegistry {
        var types = StandardModules.all + HTTPModules.all
        #if SQLite
        types += SQLiteModules.all
        #endif
        return ModuleRegistry(types)
    }
}
