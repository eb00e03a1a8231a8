package io.mlops4j.runtime.tensorflow;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteStatus;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_GetCode;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_Message;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewStatus;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_OK;

import java.nio.charset.StandardCharsets;
import org.tensorflow.internal.c_api.TF_Status;

/** The status of the last call of TensorFlow. */
final class Status implements AutoCloseable {
  /** A message may list every node of a graph. */
  private static final int LONGEST = 2000;

  private final TF_Status handle = TF_NewStatus();

  TF_Status handle() {
    return handle;
  }

  boolean isOk() {
    return TF_GetCode(handle) == TF_OK;
  }

  String message() {
    String message = TF_Message(handle).getString(StandardCharsets.UTF_8);
    return message.length() <= LONGEST ? message : message.substring(0, LONGEST) + "...";
  }

  @Override
  public void close() {
    TF_DeleteStatus(handle);
  }
}
