// Reads a pack of frames from standard input and writes one JSON object a frame, its values in base64.
import { FrameUnpacker } from "../../static/js/run/frame-pack.js";

const unpacker = new FrameUnpacker();
for await (const piece of process.stdin) {
  for (const { values, bias, output_weight, ...frame } of unpacker.push(piece)) {
    const bytes = Buffer.from(values.buffer, values.byteOffset, values.length);
    const floats = { bias: bias && [...bias], output_weight: output_weight && [...output_weight] };
    console.log(JSON.stringify({ ...frame, ...floats, values: bytes.toString("base64") }));
  }
}
unpacker.end();
