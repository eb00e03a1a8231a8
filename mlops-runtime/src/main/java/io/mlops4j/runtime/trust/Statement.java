package io.mlops4j.runtime.trust;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.model.Digest;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.internal.document.Json;
import io.mlops4j.runtime.internal.document.Texts;
import java.io.ByteArrayOutputStream;
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
 * The statement that a signature covers: the digest of each file of a model. This class lists the
 * files by code point, as the format demands. The format's Python tool sorts them by the parts of
 * their paths, so a statement is checked in the order in which it lists the files.
 *
 * @param subject the signer's name for the model
 * @param files digest of each file by relative name; {@code .} for a model that is one file
 * @param ignored relative names of files and folders that the signer left out
 */
record Statement(String subject, Map<String, Digest> files, List<String> ignored) {
  /** The name of a model's only file. */
  static final String FILE = ".";

  /** The files that the public tool ignores by default. */
  static final List<String> IGNORED =
      List.of("model.sig", ".git", ".gitattributes", ".github", ".gitignore");

  private static final String TYPE = "https://in-toto.io/Statement/v1";
  private static final String PREDICATE_TYPE = "https://model_signing/signature/v1.0";
  private static final String SHA256 = "sha256";
  private static final Comparator<String> BY_CODE_POINT =
      Comparator.comparing(name -> name.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

  /** Returns whether the signer left out this file or a folder above it. */
  boolean ignores(String name) {
    return ignored.stream().anyMatch(path -> name.equals(path) || name.startsWith(path + "/"));
  }

  /** Returns the signed digests by the names of the model's files: a single file has no name. */
  Map<String, Digest> signed(Map<String, Digest> found) {
    Digest only = files.get(FILE);
    return only != null && files.size() == 1 && found.size() == 1
        ? Map.of(found.keySet().iterator().next(), only)
        : files;
  }

  /** Requires that every signed file is present and unchanged; the model may have others. */
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

  /** Also requires that every file is signed or ignored, unless unsigned files are left out. */
  void compare(Map<String, Digest> found, boolean leavesOut) throws RefusedSignature {
    compare(found);
    if (!leavesOut) {
      Map<String, Digest> signed = signed(found);
      RefusedSignature.ofAny(
          "files that were not signed, ",
          found.keySet().stream()
              .filter(name -> !signed.containsKey(name) && !ignores(name))
              .toList());
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
    return bytes(json);
  }

  /** Returns JSON on one line, as the format's tools write it. */
  static byte[] bytes(ObjectNode json) {
    try {
      return Json.UNTRUSTED.writeValueAsBytes(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("found names that are no valid Unicode", e);
    }
  }

  private static Digest root(Map<String, Digest> inOrder) {
    ByteArrayOutputStream digests = new ByteArrayOutputStream();
    inOrder.values().forEach(d -> digests.writeBytes(HexFormat.of().parseHex(d.hex())));
    return Digest.sha256(digests.toByteArray());
  }

  static Statement read(byte[] payload) throws RefusedSignature {
    return Document.readUntrusted(
        payload, Statement::of, found -> new RefusedSignature("a statement with " + found));
  }

  private static Statement of(Document json) {
    json.expect("_type", TYPE);
    json.expect("predicateType", PREDICATE_TYPE);
    Document subject = json.onlyObject("subject");
    Document predicate = json.object("predicate");
    Document serialization = predicate.object("serialization");
    serialization.expect("method", "files");
    serialization.expect("hash_type", SHA256);
    Map<String, Digest> files = files(predicate);
    Digest root = digest(subject.object("digest"), SHA256);
    if (!root(files).equals(root)) {
      throw new IllegalArgumentException(
          "the digest " + root.abbreviated() + " over other files than it lists");
    }
    return new Statement(subject.text("name"), files, serialization.texts("ignore_paths"));
  }

  private static Map<String, Digest> files(Document predicate) {
    Map<String, Digest> files = new LinkedHashMap<>();
    for (Document resource : predicate.objects("resources")) {
      resource.expect("algorithm", SHA256);
      String name = resource.text("name");
      if (files.put(name, digest(resource, "digest")) != null) {
        throw new IllegalArgumentException("\"" + Texts.plain(name) + "\" listed twice");
      }
    }
    if (files.isEmpty()) {
      throw new IllegalArgumentException("no file");
    }
    return files;
  }

  private static Digest digest(Document json, String key) {
    return Digest.parse("sha256:" + json.text(key));
  }
}
