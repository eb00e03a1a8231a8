package io.mlops4j.runtime.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelRef;
import io.mlops4j.runtime.compatibility.RegistryUnderTest;
import io.mlops4j.runtime.internal.document.Json;

/** What who can write a store can do to its records, wherever they lie. */
abstract class Intruder implements RegistryUnderTest {
  /** A record of an alias. */
  abstract byte[] record(ModelRef alias, long number) throws Exception;

  abstract void put(ModelRef alias, long number, byte[] document) throws Exception;

  abstract byte[] change(String model, long number) throws Exception;

  abstract void putChange(String model, long number, byte[] document) throws Exception;

  private static byte[] forged(byte[] document) throws Exception {
    return Json.writeSealed(Json.parse(document).put("actor", "eve"));
  }

  @Override
  public final void forgeRecord(String ref, long number) throws Exception {
    ModelRef alias = ModelRef.parse(ref);
    put(alias, number, forged(record(alias, number)));
  }

  @Override
  public final void forgeChange(String model, long number) throws Exception {
    putChange(model, number, forged(change(model, number)));
  }

  @Override
  public final void rewriteHistory(String ref) throws Exception {
    ModelRef alias = ModelRef.parse(ref);
    long last = last(alias);
    Digest previous = null;
    for (long number = 1; number <= last; number++) {
      ObjectNode json = Json.parse(record(alias, number)).put("actor", "eve");
      if (previous != null) {
        json.put("previous", previous.toString());
      }
      byte[] document = Json.writeSealed(json);
      put(alias, number, document);
      previous = Digest.sha256(document);
    }
  }

  abstract long last(ModelRef alias) throws Exception;

  @Override
  public final void moveSignature(String from, long number, String to, long toNumber)
      throws Exception {
    ObjectNode signed = Json.parse(record(ModelRef.parse(from), number));
    ObjectNode json = Json.parse(record(ModelRef.parse(to), toNumber));
    json.set("signer", signed.get("signer"));
    json.set("signature", signed.get("signature"));
    put(ModelRef.parse(to), toNumber, Json.writeSealed(json));
  }
}
