import WorkflowStore

extension PlatformSchema {
    /// What workflows did: executions, their steps, and how many there are of each status.
    ///
    /// Identifiers of executions begin with their time, so that they stand in the order of their beginnings.
    static func executions(_ dialect: SQLDialect) -> String {
        let text = dialect.textType
        return """
            CREATE TABLE platform_executions (
                id \(text) NOT NULL PRIMARY KEY,
                workflow_id \(text) NOT NULL REFERENCES platform_workflows (id) ON DELETE CASCADE,
                environment \(text) NOT NULL,
                sequence BIGINT NOT NULL,
                version BIGINT NOT NULL,
                kind \(text) NOT NULL,
                part \(text) NOT NULL,
                action \(text) NOT NULL,
                trigger_type \(text) NOT NULL,
                status \(text) NOT NULL,
                trigger_data \(text),
                trigger_data_flaws BIGINT NOT NULL,
                output_data \(text),
                output_data_flaws BIGINT NOT NULL,
                error_message \(text),
                instance_id \(text),
                instance_version BIGINT NOT NULL,
                parent_id \(text),
                origin_id \(text),
                origin_step \(text),
                trace \(text),
                step_count BIGINT NOT NULL,
                dropped BIGINT NOT NULL,
                started_at BIGINT NOT NULL,
                completed_at BIGINT
            );
            CREATE INDEX platform_executions_workflow ON platform_executions (workflow_id, id);
            CREATE INDEX platform_executions_environment ON platform_executions (workflow_id, environment, id);
            CREATE INDEX platform_executions_status ON platform_executions (workflow_id, status, id);
            CREATE INDEX platform_executions_trigger ON platform_executions (workflow_id, trigger_type, id);
            CREATE INDEX platform_executions_status_trigger
                ON platform_executions (workflow_id, status, trigger_type, id);
            CREATE INDEX platform_executions_parent ON platform_executions (workflow_id, parent_id, id)
                WHERE parent_id IS NOT NULL;
            CREATE INDEX platform_executions_instance ON platform_executions (workflow_id, instance_id, id)
                WHERE instance_id IS NOT NULL;
            CREATE INDEX platform_executions_sequence ON platform_executions (workflow_id, sequence);
            CREATE INDEX platform_executions_ended ON platform_executions (completed_at)
                WHERE completed_at IS NOT NULL;
            CREATE INDEX platform_executions_running ON platform_executions (kind, id) WHERE status = 'running';

            CREATE TABLE platform_execution_steps (
                execution_id \(text) NOT NULL REFERENCES platform_executions (id) ON DELETE CASCADE,
                sequence_num BIGINT NOT NULL,
                step_name \(text) NOT NULL,
                step_type \(text) NOT NULL,
                status \(text) NOT NULL,
                input_data \(text),
                input_data_flaws BIGINT NOT NULL,
                output_data \(text),
                output_data_flaws BIGINT NOT NULL,
                error_message \(text),
                caused_by \(text),
                started_at BIGINT NOT NULL,
                completed_at BIGINT,
                PRIMARY KEY (execution_id, sequence_num)
            );
            CREATE INDEX platform_execution_steps_running ON platform_execution_steps (execution_id, sequence_num)
                WHERE status = 'running';

            CREATE TABLE platform_execution_counts (
                workflow_id \(text) NOT NULL REFERENCES platform_workflows (id) ON DELETE CASCADE,
                status \(text) NOT NULL,
                count BIGINT NOT NULL,
                PRIMARY KEY (workflow_id, status)
            );
            CREATE TABLE platform_execution_changes (
                id BIGINT NOT NULL PRIMARY KEY,
                sequence BIGINT NOT NULL
            );
            INSERT INTO platform_execution_changes (id, sequence) VALUES (1, 0);
            """
    }
}
