/**
 * MLflow's folders: models come in from them, and go out to them, when their flavour is ONNX. The
 * only package that sees a YAML library.
 */
@NullMarked
package io.mlops4j.runtime.mlflow;

import org.jspecify.annotations.NullMarked;
