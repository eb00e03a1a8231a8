package io.mlops4j.runtime.trust;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.model.Digest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a signature says: the digest of each file of a model. Ours lists the files by code point, as
 * the format says; its Python tool lists them by the parts of their paths. So what is read is
 * checked in the order in which it stands.
 *
 * @param subject what the signer called the model
 * @param files digest of each file by relative name; {@code .} for a model that is a file
 * @param ignored files and folders that the signer left out, by relative name
 */
record Statement(String subject, Map<String, Digest> files, List<String> ignored) {
  /** The name of a model's only file. */
  static final String FILE = ".";

  /** What the public tool leaves out too, unless told otherwise. */
  static final List<String> IGNORED =
      List.of("model.sig", ".git", ".gitattributes", ".github", ".gitignore");

  private static final String TYPE = "https://in-toto.io/Statement/v1";
  private static final String PREDICATE_TYPE = "https://model_signing/signature/v1.0";
  private static final String SHA256 = "sha256";
  private static final Comparator<String> BY_CODE_POINT =
      Comparator.comparing(name -> name.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

  /** Whether a file is in or below what the signer left out. */
  boolean ignores(String name) {
    return ignored.stream().anyMatch(path -> name.equals(path) || name.startsWith(path + "/"));
  }

  /** By the names that a model's files have: one that is a single file has no name when signed. */
  Map<String, Digest> signed(Map<String, Digest> found) {
    Digest only = files.get(FILE);
    return only != null && files.size() == 1 && found.size() == 1
        ? Map.of(found.keySet().iterator().next(), only)
        : files;
  }

  /** Refuses files that are not as they were signed, or not there; others there may be. */
  void compare(Map<String, Digest> found) throws RefusedSignature {
    List<String> missing = new ArrayList<>();
    List<String> altered = new ArrayList<>();
    signed(found)
        .forEach(
            (name, digest) -> {
              if (!found.containsKey(name)) {
                missing.add(name);
              } else if (!digest.equals(found.get(name))) {
                altered.add(name);
              }
            });
    RefusedSignature.ofAny("other bytes than were signed in ", altered);
    RefusedSignature.ofAny("no ", missing);
  }

  /** Refuses, besides, files that were not signed, unless these are left out. */
  void compare(Map<String, Digest> found, boolean leavesOut) throws RefusedSignature {
    compare(found);
    Map<String, Digest> signed = signed(found);
    List<String> unlisted =
        found.keySet().stream()
            .filter(name -> !signed.containsKey(name) && !ignores(name))
            .toList();
    if (!leavesOut) {
      RefusedSignature.ofAny("files that were not signed, ", unlisted);
    }
  }

  byte[] write() {
    Map<String, Digest> sorted = new TreeMap<>(BY_CODE_POINT);
    sorted.putAll(files);
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ObjectNode subjectNode = json.put("_type", TYPE).putArray("subject").addObject();
    subjectNode.put("name", subject).putObject("digest").put(SHA256, root(sorted).hex());
    json.put("predicateType", PREDICATE_TYPE);
    ObjectNode predicate = json.putObject("predicate");
    ObjectNode serialization = predicate.putObject("serialization");
    serialization.put("method", "files").put("hash_type", SHA256).put("allow_symlinks", false);
    if (!ignored.isEmpty()) {
      ignored.forEach(serialization.putArray("ignore_paths")::add);
    }
    sorted.forEach(
        (name, digest) ->
            predicate
                .withArray("resources")
                .addObject()
                .put("name", name)
                .put("algorithm", SHA256)
                .put("digest", digest.hex()));
    return SignedJson.write(json);
  }

  private static Digest root(Map<String, Digest> inOrder) {
    ByteArrayOutputStream digests = new ByteArrayOutputStream();
    inOrder.values().forEach(d -> digests.writeBytes(HexFormat.of().parseHex(d.hex())));
    return Digest.sha256(digests.toByteArray());
  }

  static Statement read(byte[] payload) throws RefusedSignature {
    SignedJson json = SignedJson.read("a statement", ByteBuffer.wrap(payload));
    json.expect("_type", TYPE);
    json.expect("predicateType", PREDICATE_TYPE);
    JsonNode subjects = json.array("subject");
    if (subjects.size() != 1) {
      throw new RefusedSignature("a statement of " + subjects.size() + " subjects instead of one");
    }
    SignedJson subject = SignedJson.of("\"subject\"", subjects.get(0));
    SignedJson predicate = json.object("predicate");
    SignedJson serialization = predicate.object("serialization");
    serialization.expect("method", "files");
    serialization.expect("hash_type", SHA256);
    Map<String, Digest> files = files(predicate.array("resources"));
    Digest root = digest(subject.object("digest").text(SHA256));
    if (!root(files).equals(root)) {
      throw new RefusedSignature(
          "a statement with the digest " + root.abbreviated() + " over other files than it lists");
    }
    return new Statement(subject.text("name"), files, ignored(serialization));
  }

  private static Map<String, Digest> files(JsonNode resources) throws RefusedSignature {
    Map<String, Digest> files = new LinkedHashMap<>();
    for (JsonNode each : resources) {
      SignedJson resource = SignedJson.of("\"resources\"", each);
      resource.expect("algorithm", SHA256);
      String name = resource.text("name");
      if (files.put(name, digest(resource.text("digest"))) != null) {
        throw new RefusedSignature("a statement that lists \"" + name + "\" twice");
      }
    }
    if (files.isEmpty()) {
      throw new RefusedSignature("a statement about no file");
    }
    return files;
  }

  private static List<String> ignored(SignedJson serialization) throws RefusedSignature {
    List<String> ignored = new ArrayList<>();
    if (serialization.has("ignore_paths")) {
      serialization.array("ignore_paths").forEach(path -> ignored.add(path.asText()));
    }
    return List.copyOf(ignored);
  }

  private static Digest digest(String hex) throws RefusedSignature {
    try {
      return Digest.parse("sha256:" + hex);
    } catch (IllegalArgumentException e) {
      throw new RefusedSignature("a statement with \"" + hex + "\" for a digest");
    }
  }
}
