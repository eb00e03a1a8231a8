package io.mlops4j.runtime.registry.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelFormat;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Publication;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.internal.document.Json;
import io.mlops4j.runtime.internal.source.ModelFiles;
import java.io.File;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The content of a version, by digest.
 *
 * @param version the version; its digest is that of the files
 * @param kind the format, and the main file where it has one
 * @param folder whether the model was published as a folder
 * @param files size and digest of each file, by relative name
 * @param card the digest of {@code card.json}
 * @param publication the time, the publisher and the origin
 */
public record Manifest(
    ModelVersion version,
    ModelFiles.Kind kind,
    boolean folder,
    Map<String, Entry> files,
    Digest card,
    Publication publication) {
  private static final int FORMAT = 1;

  /** One file. */
  public record Entry(long bytes, Digest digest) {}

  boolean isOf(Digest digest, Digest card) {
    return version.digest().equals(digest) && this.card.equals(card);
  }

  /**
   * Returns this manifest with another number.
   *
   * @param before the time at which the version before was published
   */
  public Manifest numbered(int number, Instant before) {
    return new Manifest(
        new ModelVersion(version.name(), number, version.digest()),
        kind,
        folder,
        files,
        card,
        new Publication(
            Chain.notBefore(publication.clock(), before),
            publication.clock(),
            publication.by(),
            publication.process(),
            publication.registry(),
            publication.origin()));
  }

  /** Returns the time of the publication, which is never before that of an earlier version. */
  public Instant published() {
    return publication.at();
  }

  /** Returns the number of bytes of all files. */
  public long bytes() {
    return files.values().stream().mapToLong(Entry::bytes).sum();
  }

  /** Returns the digests of the files by their names. */
  Map<String, Digest> digests() {
    return digests(files);
  }

  private static Map<String, Digest> digests(Map<String, Entry> files) {
    Map<String, Digest> digests = new TreeMap<>();
    files.forEach((name, entry) -> digests.put(name, entry.digest()));
    return digests;
  }

  public byte[] write() {
    ObjectNode json = Json.object();
    json.put("manifest", FORMAT)
        .put("model", version.name())
        .put("number", version.number())
        .put("digest", version.digest().toString())
        .put("format", kind.format().id())
        .put("card", card.toString())
        .put("published", published().toString());
    PublicationJson.write(publication, json);
    kind.main().ifPresent(main -> json.put("main", main));
    if (folder) {
      json.put("folder", true);
    }
    json.set("files", json(files));
    return Json.writeSealed(json);
  }

  /** Returns the files as the JSON that manifests and archives contain. */
  public static ObjectNode json(Map<String, Entry> files) {
    ObjectNode entries = Json.object();
    files.forEach(
        (name, entry) ->
            entries.set(
                name,
                Json.object()
                    .put("bytes", entry.bytes())
                    .put("digest", entry.digest().toString())));
    return entries;
  }

  /** Reads a manifest. Throws IllegalArgumentException if it is that of another version. */
  public static Manifest read(Document json, String model, int number) {
    if (json.count("manifest") > FORMAT) {
      throw new IllegalArgumentException(
          "a manifest of format " + json.count("manifest") + ", which needs a newer mlops4j");
    }
    if (!json.text("model").equals(model) || json.count("number") != number) {
      throw new IllegalArgumentException(
          "the manifest of " + json.text("model") + ":" + json.count("number"));
    }
    Map<String, Entry> files = new TreeMap<>();
    json.entries("files")
        .forEach(
            (name, e) -> files.put(checkName(name), new Entry(checkBytes(e), e.digest("digest"))));
    Optional<String> main = Optional.ofNullable(json.optionalText("main"));
    if (files.isEmpty() || main.filter(name -> !files.containsKey(name)).isPresent()) {
      throw new IllegalArgumentException("a manifest without its main file");
    }
    Digest digest = json.digest("digest");
    boolean folder = json.flag("folder");
    if (!digest(files, folder).equals(digest)) {
      throw new IllegalArgumentException("a digest that is not that of the files");
    }
    return new Manifest(
        new ModelVersion(model, number, digest),
        new ModelFiles.Kind(new ModelFormat(json.text("format")), main),
        folder,
        files,
        json.digest("card"),
        PublicationJson.read(json));
  }

  /** Accepts the names that can be published. Others may lead out of the version's folder. */
  private static String checkName(String name) {
    boolean plain =
        name.indexOf('\\') < 0
            && name.chars().noneMatch(Character::isISOControl)
            && (File.separatorChar == '/' || name.indexOf(':') < 0);
    for (String part : name.split("/", -1)) {
      plain &= !part.isEmpty() && !part.equals(".") && !part.equals("..");
    }
    if (!plain) {
      throw new IllegalArgumentException(
          "a file named \""
              + ArchiveNames.shown(name)
              + "\", which is not a valid file name of a model");
    }
    return name;
  }

  private static long checkBytes(Document file) {
    long bytes = file.whole("bytes");
    if (bytes < 0) {
      throw new IllegalArgumentException("a file of " + bytes + " bytes");
    }
    return bytes;
  }

  /** Returns the digest of a model that consists of these files. */
  public static Digest digest(Map<String, Entry> files, boolean folder) {
    return ModelFiles.digest(digests(files), folder);
  }
}
