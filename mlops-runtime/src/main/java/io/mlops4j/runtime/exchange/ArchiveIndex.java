package io.mlops4j.runtime.exchange;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.model.Digest;
import io.mlops4j.registry.Origin;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.internal.document.Json;
import io.mlops4j.runtime.registry.store.Manifest;
import io.mlops4j.runtime.registry.store.Manifest.Entry;
import io.mlops4j.runtime.registry.store.PublicationJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The content of an archive, by digest, and the origin of its version. The same version with the
 * same history of aliases gives the same archive.
 *
 * @param digest the digest of the version
 * @param folder whether the version was published as a folder
 * @param files size and digest by relative name
 * @param card the digest of the card's bytes
 * @param signatures the digests of the bundles, sorted
 * @param origin null in archives of older libraries
 */
record ArchiveIndex(
    String model,
    Digest digest,
    boolean folder,
    Map<String, Entry> files,
    Digest card,
    List<String> signatures,
    @Nullable Origin origin) {
  static final String NAME = "mlops4j-archive.json";
  static final String CARD = "card.json";
  static final String FILES = "files/";
  static final String SIGNATURES = "signatures/";
  private static final int FORMAT = 1;

  byte[] write() {
    ObjectNode json = Json.object();
    json.put("archive", FORMAT)
        .put("model", model)
        .put("digest", digest.toString())
        .put("card", card.toString());
    if (folder) {
      json.put("folder", true);
    }
    json.set("files", Manifest.json(files));
    signatures.forEach(json.withArray("signatures")::add);
    if (origin != null) {
      json.set("origin", PublicationJson.write(origin));
    }
    return Json.writeSealed(json);
  }

  static ArchiveIndex read(Document json) {
    json.checkFormat("archive", FORMAT);
    Map<String, Entry> files = new TreeMap<>();
    json.entries("files")
        .forEach((name, e) -> files.put(name, new Entry(e.whole("bytes"), e.digest("digest"))));
    List<String> signatures = new ArrayList<>();
    json.array("signatures")
        .forEach(each -> signatures.add(Digest.parse("sha256:" + each.asText()).hex()));
    ArchiveIndex index =
        new ArchiveIndex(
            json.text("model"),
            json.digest("digest"),
            json.flag("folder"),
            files,
            json.digest("card"),
            List.copyOf(signatures),
            json.has("origin") ? PublicationJson.origin(json.object("origin")) : null);
    if (files.isEmpty() || (!index.folder && files.size() > 1)) {
      throw new IllegalArgumentException("an index of " + files.size() + " files");
    }
    if (!Manifest.digest(files, index.folder).equals(index.digest)) {
      throw new IllegalArgumentException("a digest that is not that of the files");
    }
    return index;
  }

  /** Returns the names of all entries except the index. */
  List<String> names() {
    List<String> names = new ArrayList<>(List.of(CARD));
    files.keySet().forEach(name -> names.add(FILES + name));
    signatures.forEach(hex -> names.add(SIGNATURES + hex + ".json"));
    return names;
  }
}
