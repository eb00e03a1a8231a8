package io.mlops4j.runtime.onnx.foreign;

/**
 * An object of ONNX Runtime, which is released once. Using it after that, or while another thread
 * releases it, would end the process; the first is detected here, the owner excludes the second.
 */
final class Handle implements AutoCloseable {
  private final String name;
  private final int release;
  private long address;

  /**
   * Owns an object.
   *
   * @param name what it is, for messages
   * @param release the function that releases it
   * @param address its address, not null
   */
  Handle(String name, int release, long address) {
    if (address == 0) {
      throw new IllegalStateException("ONNX Runtime returned no " + name);
    }
    this.name = name;
    this.release = release;
    this.address = address;
  }

  long address() {
    if (address == 0) {
      throw new IllegalStateException("the " + name + " is closed");
    }
    return address;
  }

  @Override
  public void close() {
    if (address != 0) {
      long released = address;
      address = 0;
      OrtApi.value(release, released);
    }
  }
}
