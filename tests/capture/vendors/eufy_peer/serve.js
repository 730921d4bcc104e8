// One Eufy camera made of the real eufy-security-client (its account, station, device, property tables and validation),
// served in the messages of eufy-security-ws. Made up are the cloud, the radio to the camera, and this wire.
//
//   NIRECAP_EUFY_PEER=FOLDER node serve.js DEVICE_TYPE SERIAL
//
// FOLDER is where `npm install eufy-security-client` was run. Prints the port, then one line for each command that the
// library sends to the camera.

"use strict";
const { createRequire } = require("node:module");
const path = require("node:path");

const load = createRequire(path.join(process.env.NIRECAP_EUFY_PEER, "package.json"));
const eufy = load("eufy-security-client");
const { WebSocketServer } = load("ws");

const [type, serial] = [Number(process.argv[2]), process.argv[3]];
const RADIO_MS = 200;
const SCHEMAS = { minSchemaVersion: 0, maxSchemaVersion: 21 };
const CODES = {
    DeviceNotFoundError: "device_not_found",
    NotSupportedError: "device_not_supported",
    InvalidPropertyError: "device_invalid_property",
    InvalidPropertyValueError: "device_invalid_property_value",
    ReadOnlyPropertyError: "device_property_readonly",
};

const house = new eufy.EufySecurity({ username: "", password: "", persistentDir: "" });
const raw = { station_sn: serial, device_sn: serial, device_type: type, device_channel: 0, member: { admin_user_id: "x" } };
const station = new eufy.Station({}, { ...raw, station_name: "peer", p2p_did: "", app_conn: "" });
const device = new (eufy.Device.isIndoorCamera(type) ? eufy.IndoorCamera : eufy.Camera)(
    {}, { ...raw, device_name: "Nursery", device_model: serial.slice(0, 5), main_sw_version: "2.2.4.1" }, {},
);
Object.assign(house, { stations: { [serial]: station }, devices: { [serial]: device } });
Object.assign(house, { stationsLoaded: undefined, devicesLoaded: undefined }); // no cloud to wait for
station.on("command result", (from, result) => house.onStationCommandResult(from, result));
device.initialize();
device.updateProperty(eufy.PropertyName.DeviceRTSPStream, true);
for (const name of ["autoNightvision", "nightvision"]) {
    if (device.hasProperty(name)) device.updateProperty(name, name === "nightvision" ? 1 : true);
}

for (const way of ["sendCommandWithIntString", "sendCommandWithStringPayload", "sendCommandWithInt", "sendCommandWithoutData"]) {
    station.p2pSession[way] = (command, customData) => {
        console.log(JSON.stringify({ commandType: command.commandType, value: command.value }));
        const result = { command_type: command.commandType, channel: command.channel, return_code: 0, customData };
        setTimeout(() => station.p2pSession.emit("command", result), RADIO_MS);
    };
}

async function resultOf(asked) {
    switch (asked.command) {
        case "set_api_schema":
            return {};
        case "start_listening":
            return { state: { driver: { connected: true }, stations: [serial], devices: Object.keys(house.devices) } };
    }
    const named = await house.getDevice(asked.serialNumber);
    switch (asked.command) {
        case "device.get_properties":
            return { serialNumber: asked.serialNumber, properties: named.getProperties() };
        case "device.get_properties_metadata":
            return { serialNumber: asked.serialNumber, properties: named.getPropertiesMetadata() };
        case "device.set_property":
            await house.setDeviceProperty(asked.serialNumber, asked.name, asked.value);
            return { async: true };
    }
    throw new Error("unknown command");
}

const server = new WebSocketServer({ host: "127.0.0.1", port: 0 }, () => console.log(server.address().port));
server.on("connection", (socket) => {
    const say = (message) => socket.send(JSON.stringify(message));
    device.on("property changed", (_, name, value) =>
        say({ type: "event", event: { source: "device", event: "property changed", serialNumber: serial, name, value } }));
    say({ type: "version", driverVersion: eufy.libVersion, serverVersion: "peer", ...SCHEMAS });
    socket.on("message", async (data) => {
        const asked = JSON.parse(data);
        const answer = { type: "result", messageId: asked.messageId };
        try {
            say({ ...answer, success: true, result: await resultOf(asked) });
        } catch (error) {
            say({ ...answer, success: false, errorCode: CODES[error.name] ?? "unknown_error" });
        }
    });
});
