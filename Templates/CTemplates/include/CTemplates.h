#pragma once

#include <stddef.h>

/// A file of a template.
typedef struct {
    /// Its path, which begins with the name of the template.
    const char *_Nonnull path;
    /// What stands in it, in UTF-8.
    const unsigned char *_Nonnull text;
} workflow_template_file;

/// All files, in order of their paths.
const workflow_template_file *_Nonnull workflow_template_files(size_t *_Nonnull count);
