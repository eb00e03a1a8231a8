package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.mlops4j.runtime.internal.file.Disk;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The profile of one session. ONNX Runtime writes it to a file, which is in a temporary folder that
 * only this user can enter. Closing the profile deletes both.
 */
final class SessionProfile implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String NODE = "Node";
  private static final String RUN = "_kernel_time";

  private final Path folder;

  private SessionProfile(Path folder) {
    this.folder = folder;
  }

  /**
   * Makes the folder, and sets the options of a session, which is not open yet, to write there.
   *
   * @throws IOException if it cannot be made
   */
  static SessionProfile begin(SessionOptions options) throws IOException, OrtException {
    // Java gives it the permissions 0700 where the file system knows them.
    SessionProfile profile = new SessionProfile(Files.createTempDirectory("mlops4j-profile-"));
    try {
      options.enableProfiling(profile.folder.resolve("profile").toString());
      return profile;
    } catch (OrtException | RuntimeException | Error e) {
      profile.close();
      throw e;
    }
  }

  /**
   * Ends the profile of the open session, and counts the nodes that ran.
   *
   * @return numbers by name of provider
   * @throws IOException if the file cannot be read, for example because a node's name breaks its
   *     syntax
   */
  static Map<String, Integer> end(OrtSession session) throws OrtException, IOException {
    try (InputStream events = Files.newInputStream(Path.of(session.endProfiling()))) {
      return count(events);
    }
  }

  /** A node that ran more than once, for example in a loop, counts once. */
  static Map<String, Integer> count(InputStream events) throws IOException {
    Map<String, Integer> counted = new TreeMap<>();
    Set<List<String>> known = new HashSet<>();
    try (MappingIterator<JsonNode> all = JSON.readerFor(JsonNode.class).readValues(events)) {
      while (all.hasNextValue()) {
        JsonNode event = all.nextValue();
        JsonNode args = event.path("args");
        String name = event.path("name").asText();
        String provider = args.path("provider").asText();
        if (event.path("cat").asText().equals(NODE)
            && name.endsWith(RUN)
            && !provider.isEmpty()
            && known.add(
                List.of(name, args.path("node_index").asText(), args.path("op_name").asText()))) {
          counted.merge(provider, 1, Integer::sum);
        }
      }
    }
    return counted;
  }

  Path folder() {
    return folder;
  }

  /** Deletes folder and file. */
  @Override
  public void close() {
    Disk.deleteQuietly(folder);
  }
}
