package io.mlops4j.runtime.tensorflow;

import io.mlops4j.model.ModelSignature;
import java.nio.file.Path;
import java.util.List;

/**
 * A graph in a session, with one signature.
 *
 * @param main the model's path, for messages
 * @param session runs the graph
 * @param inputs what the signature feeds
 * @param outputs what the signature fetches
 * @param signature what callers see
 */
record LoadedGraph(
    Path main,
    NativeSession session,
    List<Endpoint> inputs,
    List<Endpoint> outputs,
    ModelSignature signature) {}
