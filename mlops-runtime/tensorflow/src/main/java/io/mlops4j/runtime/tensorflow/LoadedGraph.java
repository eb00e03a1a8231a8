package io.mlops4j.runtime.tensorflow;

import io.mlops4j.model.ModelSignature;
import java.nio.file.Path;
import java.util.List;

/**
 * A graph in a session, with one signature.
 *
 * @param main the model's path, for messages
 * @param session runs the graph
 * @param inputs the tensors that the signature feeds
 * @param outputs the tensors that the signature fetches
 * @param signature the signature that callers see
 */
record LoadedGraph(
    Path main,
    NativeSession session,
    List<Endpoint> inputs,
    List<Endpoint> outputs,
    ModelSignature signature) {}
