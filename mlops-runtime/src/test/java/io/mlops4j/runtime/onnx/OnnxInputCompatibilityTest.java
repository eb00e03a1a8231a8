package io.mlops4j.runtime.onnx;

import io.mlops4j.runtime.compatibility.EngineInputCompatibility;
import io.mlops4j.runtime.compatibility.EngineUnderTest;

class OnnxInputCompatibilityTest extends EngineInputCompatibility {
  @Override
  protected EngineUnderTest engine() {
    return new OnnxUnderTest();
  }
}
