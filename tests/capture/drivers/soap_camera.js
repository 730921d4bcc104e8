// An ONVIF camera on a foreign SOAP stack: node-soap reads the WSDLs, takes requests apart, checks the digest of the
// login and writes the answers. Arguments: folder of the WSDLs, user, password. Prints its port, then each setting made.
const fs = require('fs');
const http = require('http');
const path = require('path');
const soap = require('soap');
const { passwordDigest } = require('soap/lib/utils');

const [folder, user, password] = process.argv.slice(2);
const settings = { IrCutFilter: 'AUTO' };
const server = http.createServer((_request, answer) => answer.writeHead(404).end());
const address = (service) => `http://127.0.0.1:${server.address().port}/onvif/${service}`;

function utc() {
  const now = new Date();
  return {
    Time: { Hour: now.getUTCHours(), Minute: now.getUTCMinutes(), Second: now.getUTCSeconds() },
    Date: { Year: now.getUTCFullYear(), Month: now.getUTCMonth() + 1, Day: now.getUTCDate() },
  };
}

const device = {
  GetSystemDateAndTime: () => ({
    SystemDateAndTime: { DateTimeType: 'NTP', DaylightSavings: false, UTCDateTime: utc() },
  }),
  GetDeviceInformation: () => ({
    Manufacturer: 'Foreign', Model: 'node-soap', FirmwareVersion: '1.0', SerialNumber: '1', HardwareId: '1',
  }),
  GetCapabilities: () => ({ Capabilities: { Device: { XAddr: address('device_service') } } }),
  GetServices: () => ({
    Service: [['ver10/media', 'media'], ['ver20/imaging', 'imaging']].map(([space, service]) => ({
      Namespace: `http://www.onvif.org/${space}/wsdl`, XAddr: address(service), Version: { Major: 2, Minor: 6 },
    })),
  }),
};

const profile = (token, source, width, height) => ({
  attributes: { token, fixed: true },
  Name: token,
  VideoSourceConfiguration: {
    attributes: { token: `${token}-source` },
    Name: token, UseCount: 1, SourceToken: source, Bounds: { attributes: { x: 0, y: 0, width, height } },
  },
  VideoEncoderConfiguration: {
    attributes: { token: `${token}-encoder` },
    Name: token, UseCount: 1, Encoding: 'H264', Resolution: { Width: width, Height: height }, Quality: 1,
  },
});

const media = {
  GetProfiles: () => ({ Profiles: [profile('small', 'lens 1', 640, 360), profile('large', 'lens 2', 1920, 1080)] }),
  GetStreamUri: () => ({
    MediaUri: {
      Uri: 'rtsp://10.0.0.9:8554/large', InvalidAfterConnect: false, InvalidAfterReboot: false, Timeout: 'PT0S',
    },
  }),
};

const imaging = {
  GetImagingSettings: () => ({ ImagingSettings: settings }),
  SetImagingSettings: (request) => {
    Object.assign(settings, request.ImagingSettings);
    console.log(JSON.stringify(request));
    return {};
  },
};

function authenticate(security) {
  const token = security.UsernameToken;
  const digest = passwordDigest(token.Nonce.$value || token.Nonce, token.Created, password);
  return token.Username === user && (token.Password.$value || token.Password) === digest;
}

function serve(name, services, wsdl, login) {
  const uri = path.join(folder, wsdl);
  const xml = fs.readFileSync(uri, 'utf8');
  return new Promise((done) => {
    const listening = soap.listen(server, {
      path: `/onvif/${name}`, services, xml, uri, forceSoap12Headers: true, callback: () => done(),
    });
    if (login) listening.authenticate = authenticate;
  });
}

server.listen(0, '127.0.0.1', async () => {
  await serve('device_service', { DeviceService: { DevicePort: device } }, 'devicemgmt.wsdl', false);
  await serve('media', { MediaService: { MediaPort: media } }, 'media.wsdl', true);
  await serve('imaging', { ImagingService: { ImagingPort: imaging } }, 'imaging.wsdl', true);
  console.log(server.address().port);
});
process.stdin.on('end', () => process.exit()).resume();
